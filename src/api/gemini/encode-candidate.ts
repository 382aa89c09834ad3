import type { Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import type { Own } from '../../domain/own-fields.ts'
import { asObject, type JsonObject, parseJson } from '../../lib/json.ts'
import { compact, withoutUndefined } from '../compact.ts'
import {
  besideOf,
  encodeCall,
  encodeFile,
  encodeThought,
  ownChoice,
  rawReason,
  REASONS,
} from './encode.ts'
import { logprobsIn, logprobsResult } from '../logprobs.ts'
import { partsOfWork } from '../server-work/as-parts.ts'
import { Grounding } from './grounding.ts'

interface Call extends Own {
  readonly id: string
  readonly name: string
  readonly signature?: string
  readonly text: string[]
}

/** One candidate of a stream. A call is told when it is whole. */
export class CandidateEncoder {
  readonly #index: number
  readonly #collector = new Collector()
  readonly #grounding = new Grounding()
  readonly #own: JsonObject = {}
  readonly #logprobs: JsonObject[] = []
  /** Calls that are not told yet, and the numbers of all. */
  readonly #calls = new Map<number, Call>()
  readonly #called = new Set<number>()
  /** The names of the thought that is told: they come with one of its pieces. */
  #names: { id?: string; format?: string } = {}
  #reason: string | undefined
  #isText = false

  constructor(index: number) {
    this.#index = index
  }

  /** What the parts of one event say; null where that is nothing yet. */
  next(parts: readonly Part[]): JsonObject | null {
    for (const part of parts) this.#collector.add(part)
    Object.assign(this.#own, ownChoice(parts))
    this.#logprobs.push(...logprobsIn(parts))
    this.#reason = rawReason(parts) ?? this.#reason
    const encoded = parts.flatMap((part) => this.#inOrder(part))
    return encoded.length > 0 ? this.#candidate(encoded, {}) : null
  }

  last(): JsonObject {
    const { finish } = this.#collector.answer()
    const calls = this.#takeCalls()
    return this.#candidate(calls.length > 0 ? calls : [{ text: '' }], {
      finishReason: this.#reason ?? REASONS[finish ?? 'stop'],
      ...this.#grounding.fields(),
      ...logprobsResult(this.#logprobs),
      ...this.#own,
    })
  }

  #candidate(parts: JsonObject[], ending: JsonObject): JsonObject {
    return { content: { parts, role: 'model' }, index: this.#index, ...ending }
  }

  /** Calls are told before what follows them, unless one's arguments are still to come. */
  #inOrder(part: Part): JsonObject[] {
    const encoded = this.#part(part)
    if (encoded.length === 0) return []
    this.#isText = part.type === 'text'
    const whole = [...this.#calls.values()].every(
      ({ text }) => asObject(parseJson(text.join(''))) !== undefined,
    )
    return whole ? [...this.#takeCalls(), ...encoded] : encoded
  }

  #takeCalls(): JsonObject[] {
    const calls = [...this.#calls.values()].map(({ text, ...call }) =>
      encodeCall({ ...call, arguments: text.join('') }),
    )
    this.#calls.clear()
    return calls
  }

  #part(part: Part): JsonObject[] {
    switch (part.type) {
      case 'text':
        return this.#text(part)
      case 'refusal':
        return part.text === '' ? [] : [{ text: part.text }]
      case 'reasoning':
        return this.#thought(part)
      case 'tool_call':
        this.#call(part)
        return []
      case 'tool_arguments':
        this.#call({ ...part, id: '', name: '' })
        this.#calls.get(part.index)?.text.push(part.text)
        return []
      case 'file':
        return [encodeFile(part.url, part.mimeType, part.signature)]
      case 'citation':
        this.#grounding.cite(part.citation)
        return []
      case 'unknown':
        return part.wire === 'gemini' ? [part.data] : partsOfWork(part.data, part.wire)
      default:
        return []
    }
  }

  #text(part: Extract<Part, { type: 'text' }>): JsonObject[] {
    const { text, signature, begins } = part
    this.#grounding.text(text, begins === true || !this.#isText)
    if (text === '' && signature === undefined) return []
    return [withoutUndefined({ text, thoughtSignature: signature, ...besideOf(part) })]
  }

  /** Some providers name a call in each of its pieces. */
  #call(part: Own & { index: number; id: string; name: string; signature?: string }): void {
    const { index, id, name, signature, raw, wire } = part
    if (this.#called.has(index)) return
    this.#called.add(index)
    this.#calls.set(index, { id, name, text: [], ...compact({ signature, raw, wire }) })
  }

  /** A piece of a summary is a thought's words here; each piece has the thought's names. */
  #thought(part: Extract<Part, { type: 'reasoning' }>): JsonObject[] {
    const { paragraph, text, signature, data, id, format, begins } = part
    this.#names = { ...(begins ? {} : this.#names), ...compact({ id, format }) }
    const said = { text: paragraph ? `\n\n${text}` : text, ...compact({ signature, data }) }
    return encodeThought({ ...said, ...this.#names })
  }
}
