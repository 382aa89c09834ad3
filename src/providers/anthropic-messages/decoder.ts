import type { Part } from '../../domain/chat.ts'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  type Json,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { CitedText } from '../cited-text.ts'
import type { Decoder } from '../provider.ts'
import { readAnthropicError } from './errors.ts'
import {
  callPart,
  citationPart,
  readExtra,
  readMessage,
  readStop,
  thoughtPart,
  WIRE,
} from './read.ts'
import { usagePart } from './usage.ts'

/** A block of a kind without a noun, as far as it has come. */
interface Building {
  readonly block: JsonObject
  /** Its `input`, in pieces of JSON. */
  readonly input: string[]
}

/** Reads one stream of Messages events. */
export class MessagesDecoder implements Decoder {
  done = false
  readonly #unknown = new Map<number, Building>()
  /** Calls whose arguments have begun to come in pieces. */
  readonly #calls = new Map<number, { begun: boolean; whole: JsonObject }>()
  readonly #text = new CitedText()
  /** The block that began last: servers that leave numbers out send one at a time. */
  #index = -1
  /** Counts are cumulative, but not every report has all of them. */
  #usage: JsonObject = {}

  push({ data }: SseEvent): Part[] {
    if (data === '[DONE]') {
      this.done = true
      return []
    }
    const event = asObject(parseJson(data))
    return event ? this.#read(event) : []
  }

  #read(event: JsonObject): Part[] {
    switch (asString(event['type'])) {
      case 'message_start': {
        const { usage, stop_reason: _none, ...message } = asObject(event['message']) ?? {}
        return [...readMessage(message), ...this.#counts(usage, { output: false })]
      }
      case 'content_block_start':
        this.#index = asNumber(event['index']) ?? this.#index + 1
        return [
          ...this.#text.end(citationPart),
          ...this.#start(asObject(event['content_block']) ?? {}, this.#index),
        ]
      case 'content_block_delta':
        return this.#delta(asObject(event['delta']) ?? {}, this.#indexOf(event))
      case 'content_block_stop':
        return [...this.#text.end(citationPart), ...this.#stop(this.#indexOf(event))]
      case 'message_delta':
        return [...this.#text.end(citationPart), ...this.#messageDelta(event)]
      case 'message_stop':
        this.done = true
        return []
      default: {
        const error = readAnthropicError(event)
        return error ? [{ type: 'error', error }] : []
      }
    }
  }

  #indexOf(event: JsonObject): number {
    return asNumber(event['index']) ?? this.#index
  }

  #messageDelta({ type: _type, delta, usage, ...beside }: JsonObject): Part[] {
    const message = { ...beside, ...asObject(delta) }
    return [...readExtra(message), ...this.#counts(usage, { output: true }), ...readStop(message)]
  }

  /** At the start the output is a first guess: taken for a count it would stand beside the true one. */
  #counts(value: Json | undefined, { output }: { readonly output: boolean }): Part[] {
    const said = asObject(value)
    if (!said) return []
    for (const [key, count] of Object.entries(said)) if (count !== null) this.#usage[key] = count
    const { output_tokens: _output, output_tokens_details: _details, ...input } = this.#usage
    return [usagePart(output ? { ...this.#usage } : input)]
  }

  #start(block: JsonObject, index: number): Part[] {
    switch (asString(block['type'])) {
      case 'text': {
        const text = asString(block['text']) ?? ''
        this.#text.grow(text)
        this.#text.cite(...objectsIn(block['citations']))
        return [{ type: 'text', text, begins: true }]
      }
      case 'thinking':
      case 'redacted_thinking':
        return [thoughtPart(block)]
      case 'tool_use':
        this.#calls.set(index, { begun: false, whole: asObject(block['input']) ?? {} })
        return [callPart(block, index)]
      default:
        this.#unknown.set(index, { block: { ...block }, input: [] })
        return []
    }
  }

  #delta(delta: JsonObject, index: number): Part[] {
    const building = this.#unknown.get(index)
    if (building) {
      grow(building, delta)
      return []
    }
    switch (asString(delta['type'])) {
      case 'text_delta': {
        const text = asString(delta['text']) ?? ''
        this.#text.grow(text)
        return [{ type: 'text', text }]
      }
      case 'thinking_delta':
        return [{ type: 'reasoning', text: asString(delta['thinking']) ?? '' }]
      case 'signature_delta':
        return [{ type: 'reasoning', text: '', signature: asString(delta['signature']) ?? '' }]
      case 'citations_delta':
        this.#text.cite(asObject(delta['citation']) ?? {})
        return []
      case 'input_json_delta':
        return this.#arguments(asString(delta['partial_json']) ?? '', index)
      default:
        return [{ type: 'raw', level: 'message', fields: delta }]
    }
  }

  #arguments(text: string, index: number): Part[] {
    if (text === '') return []
    const call = this.#calls.get(index)
    if (call) call.begun = true
    return [{ type: 'tool_arguments', index, text }]
  }

  #stop(index: number): Part[] {
    const building = this.#unknown.get(index)
    this.#unknown.delete(index)
    if (building) return [{ type: 'unknown', data: finished(building), wire: WIRE }]
    const call = this.#calls.get(index)
    this.#calls.delete(index)
    // A call without arguments has no pieces of them; some servers send the whole at the start.
    if (!call || call.begun) return []
    return [{ type: 'tool_arguments', index, text: JSON.stringify(call.whole) }]
  }
}

/** Adds a piece to a block that we have no noun for: text to text, lists to lists. */
function grow({ block, input }: Building, { type: _type, ...delta }: JsonObject): void {
  for (const [key, value] of Object.entries(delta)) {
    const before = block[key]
    if (key === 'partial_json') input.push(asString(value) ?? '')
    else if (typeof before === 'string' && typeof value === 'string') block[key] = before + value
    else if (key === 'citation') block['citations'] = [...asArray(block['citations']), value]
    else block[key] = value
  }
}

function finished({ block, input }: Building): JsonObject {
  const text = input.join('')
  if (text === '') return block
  return { ...block, input: parseJson(text) ?? text }
}
