import type { Part } from '../../domain/chat.ts'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  fieldsBeside,
  type Json,
  type JsonObject,
  parseJson,
} from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { isAwsFailure } from '../aws-failures.ts'
import { CitedText } from '../cited-text.ts'
import type { Decoder } from '../provider.ts'
import { readException } from './errors.ts'
import { filePart } from './media.ts'
import { callPart, citationPart, isServerTool, readStop, readUsage, WIRE } from './read.ts'

const METADATA = new Set(['usage', 'p'])
const STOP = new Set(['stopReason', 'p'])

/** Reads one stream: what an event is stands in its name. Usage comes after the stop. */
export class ConverseDecoder implements Decoder {
  done = false
  /** The block that grows: none is announced for text and thoughts. */
  #block = -1
  /** Calls that have no arguments yet. */
  readonly #bare = new Set<number>()
  /** Signatures of thoughts, as far as they have come. */
  readonly #signatures = new Map<number, string>()
  readonly #text = new CitedText()
  /** Blocks of Amazon's own tools, as far as they have come. */
  readonly #own = new Map<number, OwnBlock>()

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
        return [...this.#text.end(citationPart), ...this.#stop(index)]
      case 'messageStop':
        return [...this.#text.end(citationPart), ...rawPart(body, STOP), ...readStop(body)]
      case 'metadata':
        this.done = true
        return [...rawPart(body, METADATA), ...readUsage(body)]
      default:
        return isAwsFailure(event) ? [{ type: 'error', error: readException(event, body) }] : []
    }
  }

  #start(start: JsonObject, index: number): Part[] {
    const call = asObject(start['toolUse'])
    this.#block = index
    if (start['toolResult'] || (call && isServerTool(call))) {
      this.#own.set(index, new OwnBlock(start))
      return []
    }
    const file = filePart(start)
    if (file) return [file]
    if (start['image']) return this.#beginImage(start, index)
    if (!call) return Object.keys(start).length > 0 ? [unknown(start)] : []
    this.#bare.add(index)
    return [callPart(call, index)]
  }

  #beginImage(start: JsonObject, index: number): Part[] {
    this.#own.set(index, new OwnBlock(start))
    return []
  }

  #stop(index: number): Part[] {
    const own = this.#own.get(index)
    this.#own.delete(index)
    if (own) return [own.part()]
    const signature = this.#signatures.get(index)
    this.#signatures.delete(index)
    if (signature !== undefined) return [{ type: 'reasoning', text: '', signature }]
    return this.#bare.delete(index) ? [{ type: 'tool_arguments', index, text: '{}' }] : []
  }

  #delta(delta: JsonObject, index: number): Part[] {
    const own = this.#own.get(index)
    if (own) {
      own.grow(delta)
      return []
    }
    const begins = index !== this.#block && { begins: true as const }
    this.#block = index
    const before = begins ? this.#text.end(citationPart) : []
    return [...before, ...this.#piece(delta, index, begins)]
  }

  #piece(delta: JsonObject, index: number, begins: { begins: true } | false): Part[] {
    const text = asString(delta['text'])
    if (text !== undefined) {
      this.#text.grow(text)
      return [{ type: 'text', text, ...begins }]
    }
    const thought = asObject(delta['reasoningContent'])
    if (thought) return this.#thought(thought, index, begins)
    const call = asObject(delta['toolUse'])
    if (call) {
      const input = asString(call['input']) ?? ''
      if (input === '') return []
      this.#bare.delete(index)
      return [{ type: 'tool_arguments', index, text: input }]
    }
    const citation = asObject(delta['citation'])
    if (!citation) return [unknown(delta)]
    this.#text.cite(citation)
    // A block may begin with what it cites: it is not the text before that is meant.
    return begins ? [{ type: 'text', text: '', ...begins }] : []
  }

  /** A signature may come in pieces: it is told with the end of its block. */
  #thought(thought: JsonObject, index: number, begins: { begins: true } | false): Part[] {
    const signature = asString(thought['signature'])
    if (signature === undefined) return [thoughtPart(thought, begins)]
    this.#signatures.set(index, (this.#signatures.get(index) ?? '') + signature)
    return begins ? [thoughtPart(thought, begins)] : []
  }
}

/** A block that is told when it is whole: a tool that Amazon ran, its result, a picture. */
class OwnBlock {
  readonly #start: JsonObject
  readonly #input: string[] = []
  readonly #content: Json[] = []
  /** Where a picture is, or why there is none. */
  readonly #image: JsonObject = {}

  constructor(start: JsonObject) {
    this.#start = start
  }

  grow(delta: JsonObject): void {
    this.#input.push(asString(asObject(delta['toolUse'])?.['input']) ?? '')
    this.#content.push(...asArray(delta['toolResult']))
    Object.assign(this.#image, asObject(delta['image']))
  }

  part(): Part {
    const { toolUse, toolResult, image } = this.#start
    if (image) {
      const whole = { image: { ...asObject(image), ...this.#image } }
      return filePart(whole) ?? unknown(whole)
    }
    if (toolResult) {
      return unknown({ toolResult: { ...asObject(toolResult), content: this.#content } })
    }
    const text = this.#input.join('')
    const input = text === '' ? {} : (parseJson(text) ?? text)
    return unknown({ toolUse: { ...asObject(toolUse), input } })
  }
}

function thoughtPart(thought: JsonObject, begins: { begins: true } | false): Part {
  const data = asString(thought['redactedContent'])
  return {
    type: 'reasoning',
    text: asString(thought['text']) ?? '',
    ...begins,
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
