import type { Part } from '../../domain/chat.ts'
import { asNumber, asObject, asString, fieldsBeside, parseJson } from '../../lib/json.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import type { Decoder } from '../provider.ts'
import { readException } from './errors.ts'
import { callPart, citationPart, readStop, readUsage, WIRE } from './read.ts'

const METADATA = new Set(['usage', 'p'])
const STOP = new Set(['stopReason', 'p'])

/** Reads one stream: what an event is stands in its name. Usage comes after the stop. */
export class ConverseDecoder implements Decoder {
  done = false
  /** The block that grows: none is announced for text and thoughts. */
  #block = -1
  /** Calls that have no arguments yet. */
  readonly #bare = new Set<number>()

  push({ event, data }: SseEvent): Part[] {
    const body = asObject(parseJson(data))
    if (!body) return []
    const index = asNumber(body['contentBlockIndex']) ?? 0
    switch (event) {
      case 'messageStart':
        return []
      case 'contentBlockStart':
        return this.#start(asObject(body['start']) ?? {}, index)
      case 'contentBlockDelta':
        return this.#delta(asObject(body['delta']) ?? {}, index)
      case 'contentBlockStop':
        return this.#bare.delete(index) ? [{ type: 'tool_arguments', index, text: '{}' }] : []
      case 'messageStop':
        return [...rawPart(body, STOP), ...readStop(body)]
      case 'metadata':
        this.done = true
        return [...rawPart(body, METADATA), ...readUsage(body)]
      default:
        if (/exception|error/i.test(event)) {
          return [{ type: 'error', error: readException(event, body) }]
        }
        return []
    }
  }

  #start(start: JsonObject, index: number): Part[] {
    const call = asObject(start['toolUse'])
    this.#block = index
    if (!call) return Object.keys(start).length > 0 ? [unknown(start)] : []
    this.#bare.add(index)
    return [callPart(call, index)]
  }

  #delta(delta: JsonObject, index: number): Part[] {
    const begins = index !== this.#block && { begins: true as const }
    this.#block = index
    const text = asString(delta['text'])
    if (text !== undefined) return [{ type: 'text', text, ...begins }]
    const thought = asObject(delta['reasoningContent'])
    if (thought) return [thoughtPart(thought, begins)]
    const call = asObject(delta['toolUse'])
    if (call) {
      const input = asString(call['input']) ?? ''
      if (input === '') return []
      this.#bare.delete(index)
      return [{ type: 'tool_arguments', index, text: input }]
    }
    const citation = asObject(delta['citation'])
    return citation ? [citationPart(citation)] : [unknown(delta)]
  }
}

function thoughtPart(thought: JsonObject, begins: { begins: true } | false): Part {
  const signature = asString(thought['signature'])
  const data = asString(thought['redactedContent'])
  return {
    type: 'reasoning',
    text: asString(thought['text']) ?? '',
    ...begins,
    ...(signature !== undefined && { signature }),
    ...(data !== undefined && { data }),
  }
}

function unknown(data: JsonObject): Part {
  return { type: 'unknown', data, wire: WIRE }
}

function rawPart(body: JsonObject, known: ReadonlySet<string>): Part[] {
  const fields = fieldsBeside(body, known)
  return fields ? [{ type: 'raw', level: 'response', fields }] : []
}
