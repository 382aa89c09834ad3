import type { Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { asObject, type JsonObject, parseJson } from '../../lib/json.ts'
import { compact, withoutUndefined } from '../compact.ts'
import type { Envelope, StreamEncoder } from '../dialect.ts'
import {
  encodeCall,
  encodeFile,
  encodeThought,
  encodeUsage,
  ownFields,
  rawReason,
  REASONS,
  webChunk,
} from './encode.ts'

type Call = Extract<Part, { type: 'tool_call' }>

/** How responses follow each other: server-sent events, or the elements of a list. */
export interface Framing {
  next(response: JsonObject): string
  end(): string
}

/** Parts as responses that each hold the next pieces. A call is told when it is whole. */
export class GenerateEncoder implements StreamEncoder {
  readonly #envelope: Envelope
  readonly #framing: Framing
  readonly #collector = new Collector()
  readonly #calls = new Map<number, { call: Call; text: string[] }>()
  /** The names of the thought that is told: they come with one of its pieces. */
  #names: { id?: string; format?: string } = {}
  #own: { response: JsonObject; choice: JsonObject } = { response: {}, choice: {} }
  #pages: JsonObject[] = []
  #reason: string | undefined

  constructor(envelope: Envelope, framing: Framing) {
    this.#envelope = envelope
    this.#framing = framing
  }

  encode(parts: readonly Part[]): string {
    for (const part of parts) this.#collector.add(part)
    const own = ownFields(parts)
    this.#own = {
      response: { ...this.#own.response, ...own.response },
      choice: { ...this.#own.choice, ...own.choice },
    }
    this.#reason = rawReason(parts) ?? this.#reason
    const encoded = parts.flatMap((part) =>
      'choice' in part && (part.choice ?? 0) > 0 ? [] : this.#inOrder(part),
    )
    return encoded.length > 0 ? this.#framing.next(this.#response(encoded, {})) : ''
  }

  end(): string {
    const { usage, finish } = this.#collector.answer()
    const calls = this.#takeCalls()
    const finishReason = this.#reason ?? REASONS[finish ?? 'stop']
    const pages = { groundingMetadata: { groundingChunks: this.#pages } }
    const ending = {
      finishReason,
      ...(this.#pages.length > 0 && pages),
      ...this.#own.choice,
    }
    const last = {
      ...this.#response(calls, ending),
      ...this.#own.response,
      ...withoutUndefined({ usageMetadata: encodeUsage(usage) }),
    }
    return this.#framing.next(last) + this.#framing.end()
  }

  #response(parts: JsonObject[], ending: JsonObject): JsonObject {
    const content = { parts: parts.length > 0 ? parts : [{ text: '' }], role: 'model' }
    return {
      candidates: [{ content, index: 0, ...ending }],
      modelVersion: this.#envelope.model,
      responseId: this.#envelope.id,
    }
  }

  /** Calls are told before what follows them, unless one's arguments are still to come. */
  #inOrder(part: Part): JsonObject[] {
    const encoded = this.#part(part)
    if (encoded.length === 0 || this.#calls.size === 0) return encoded
    const whole = [...this.#calls.values()].every(
      ({ text }) => asObject(parseJson(text.join(''))) !== undefined,
    )
    return whole ? [...this.#takeCalls(), ...encoded] : encoded
  }

  #takeCalls(): JsonObject[] {
    const calls = [...this.#calls.values()].map(({ call, text }) =>
      encodeCall({ ...call, arguments: text.join('') }),
    )
    this.#calls.clear()
    return calls
  }

  #part(part: Part): JsonObject[] {
    switch (part.type) {
      case 'text':
        if (part.text === '' && part.signature === undefined) return []
        return [withoutUndefined({ text: part.text, thoughtSignature: part.signature })]
      case 'refusal':
        return [{ text: part.text }]
      case 'reasoning':
        return this.#thought(part)
      case 'tool_call':
        this.#calls.set(part.index, { call: part, text: [] })
        return []
      case 'tool_arguments':
        this.#calls.get(part.index)?.text.push(part.text)
        return []
      case 'file':
        return [encodeFile(part.url, part.mimeType, part.signature)]
      case 'citation': {
        const { url, title, wire } = part.citation
        if (wire !== 'gemini' && url !== undefined) this.#pages.push(webChunk(url, title))
        return []
      }
      case 'unknown': {
        const data = asObject(part.data)
        return data && part.wire === 'gemini' ? [data] : []
      }
      default:
        return []
    }
  }

  /** A piece of a summary is a thought's words here; each piece has the thought's names. */
  #thought(part: Extract<Part, { type: 'reasoning' }>): JsonObject[] {
    const { paragraph, text, signature, data, id, format, begins } = part
    this.#names = { ...(begins ? {} : this.#names), ...compact({ id, format }) }
    const said = { text: paragraph ? `\n\n${text}` : text, ...compact({ signature, data }) }
    return encodeThought({ ...said, ...this.#names })
  }
}
