import type { Part } from '../../domain/chat.ts'
import { asksClient } from '../../domain/client-calls.ts'
import { type Own, ownFields } from '../../domain/own-fields.ts'
import {
  asNumber,
  asObject,
  asString,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { readErrorInside } from '../openai-chat/errors.ts'
import type { Decoder } from '../provider.ts'
import {
  annotationPart,
  callPart,
  isCall,
  readEnd,
  readItem,
  readLogprobs,
  reasoningSecrets,
  reasoningStart,
  WIRE,
} from './read.ts'

/** Reads one stream of Responses events. What an event says is in its data; names are a courtesy. */
export class ResponsesDecoder implements Decoder {
  done = false
  /** Items that came piece by piece, by their place in the output. */
  readonly #begun = new Map<number, Seen>()
  #calls = false

  push({ data }: SseEvent): Part[] {
    if (data === '[DONE]') {
      this.done = true
      return []
    }
    const event = asObject(parseJson(data))
    return event ? this.#read(event, asString(event['type']) ?? '') : []
  }

  #read(event: JsonObject, type: string): Part[] {
    const place = asNumber(event['output_index']) ?? 0
    const item = asObject(event['item'])
    switch (type) {
      case 'response.output_item.added':
        return item ? this.#added(item, place) : []
      case 'response.output_item.done':
        return item ? this.#itemDone(item, place) : []
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
        return this.#end(asObject(event['response']) ?? bareEnd(event))
      case 'error': {
        const error = readErrorInside(event['error'] ? event : { error: event })
        return error ? [{ type: 'error', error }] : []
      }
      default:
        return this.#delta(event, type, this.#seen(place))
    }
  }

  #delta(event: JsonObject, type: string, seen: Seen): Part[] {
    const delta = asString(event['delta']) ?? ''
    const place = asNumber(event['output_index']) ?? 0
    switch (type) {
      case 'response.content_part.added':
        return seen.beginsText(event) ? [{ type: 'text', text: '', begins: true, ...seen.own }] : []
      case 'response.output_text.delta':
        return [
          { type: 'text', text: delta, ...(!seen.content && { begins: true, ...seen.own }) },
          ...readLogprobs(seen.note(event)),
        ]
      case 'response.output_text.annotation.added': {
        const annotation = asObject(event['annotation'])
        if (!annotation) return []
        seen.annotations++
        return [annotationPart(annotation)]
      }
      case 'response.refusal.delta':
        seen.note(event)
        return [{ type: 'refusal', text: delta }]
      case 'response.reasoning_summary_part.added':
        seen.paragraphs++
        return []
      case 'response.reasoning_summary_text.delta':
        seen.note(event)
        return [summaryPart(delta, seen.beginsParagraph())]
      case 'response.reasoning_text.delta':
        seen.note(event)
        return [{ type: 'reasoning', text: delta }]
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        // Of what is not announced as the client's to answer, the end tells all.
        if (!seen.opened) return []
        seen.note(event)
        return [{ type: 'tool_arguments', index: place, text: delta }]
      default:
        return readThought(event, type)
    }
  }

  #seen(place: number): Seen {
    const seen = this.#begun.get(place) ?? new Seen()
    this.#begun.set(place, seen)
    return seen
  }

  #added(item: JsonObject, place: number): Part[] {
    const seen = this.#seen(place)
    if (isCall(item)) {
      seen.opened = true
      this.#calls = true
      return [callPart(item, place)]
    }
    seen.own = ownFields(item, WIRE)
    if (item['type'] !== 'reasoning') return []
    seen.opened = true
    return [reasoningStart(item)]
  }

  /** What came in pieces is not repeated; what only the whole item has is taken from there. */
  #itemDone(item: JsonObject, place: number): Part[] {
    const seen = this.#seen(place)
    seen.done = true
    this.#calls ||= asksClient(item)
    const whole = readItem(item, place)
    if (!seen.opened && !seen.content) {
      this.#calls ||= whole.some((part) => part.type === 'tool_call')
      return whole
    }
    switch (asString(item['type'])) {
      case 'message':
        return [...lateFields(item, seen), ...this.#lateAnnotations(whole, seen)]
      case 'reasoning':
        return seen.content ? reasoningSecrets(item) : whole.slice(1)
      default:
        return seen.content ? [] : whole.slice(1)
    }
  }

  #lateAnnotations(whole: readonly Part[], seen: Seen): Part[] {
    if (seen.annotations > 0) return []
    return whole.filter((part) => part.type === 'citation')
  }

  #end(response: JsonObject): Part[] {
    this.done = true
    const missed = objectsIn(response['output']).flatMap((item, place) =>
      this.#begun.get(place)?.done ? [] : this.#itemDone(item, place),
    )
    const ended = readEnd({ ...response, ...(!response['status'] && { status: 'completed' }) })
    return [...missed, ...ended.map((part) => this.#withCalls(part))]
  }

  /** Some servers leave `output` empty at the end: that there were calls is known from their items. */
  #withCalls(part: Part): Part {
    if (part.type !== 'finish' || part.reason !== 'stop' || !this.#calls) return part
    return { ...part, reason: 'tool_call' }
  }
}

/** How much of an item has come. */
class Seen {
  opened = false
  content = false
  done = false
  texts = 0
  paragraphs = 0
  #written = 1
  annotations = 0
  /** Of a message: what its provider says of it as it begins. */
  own: Own = {}

  /** Another text of a message; parts of a thought or refusals are none. */
  beginsText({ part }: JsonObject): boolean {
    if (asObject(part)?.['type'] !== 'output_text') return false
    this.texts++
    return this.texts > 1
  }

  /** Another paragraph of a summary has been announced since the last words. */
  beginsParagraph(): boolean {
    const begins = this.paragraphs > this.#written
    if (begins) this.#written = this.paragraphs
    return begins
  }

  note(event: JsonObject): JsonObject {
    this.content = true
    return event
  }
}

/** What is said of a message at its end alone. */
function lateFields(item: JsonObject, { own }: Seen): Part[] {
  const late = ownFields(item, WIRE)
  return late.raw && !own.raw ? [{ type: 'text', text: '', ...late }] : []
}

/** An end without its response says in its name how it was. Source: Perplexity's reference, `response.failed`. */
function bareEnd({ type, error }: JsonObject): JsonObject {
  const status = asString(type)?.replace('response.', '') ?? 'completed'
  return { status, ...(error !== undefined && { error }) }
}

/** What Perplexity's agents think as they search. Source: Perplexity's reference, `response.reasoning.started` and its like. */
function readThought({ thought }: JsonObject, type: string): Part[] {
  const text = type.startsWith('response.reasoning.') ? asString(thought) : undefined
  return text ? [{ type: 'reasoning', text: `${text}\n\n` }] : []
}

function summaryPart(text: string, paragraph: boolean): Part {
  return { type: 'reasoning', text, summary: true, ...(paragraph && { paragraph: true }) }
}
