import type { FinishReason, JsonObject, Part } from '../../domain/chat.ts'
import type { Usage } from '../../domain/usage.ts'
import { formatEvent } from '../../lib/sse.ts'
import type { Envelope, StreamEncoder } from '../dialect.ts'
import { encodeUsage, namesOf, outputOf, placeFields } from './encode.ts'
import { rawEvents } from './raw-chunks.ts'

/** Parts → chunks; finish reason and usage come last, together. */
export class NativeChunks implements StreamEncoder {
  readonly #envelope: Envelope
  readonly #calls = new Map<number, { id: string; name: string }>()
  #usage: Usage | null = null
  #finish: FinishReason | null = null
  #blocks = 0
  #last = ''
  #begun = false

  constructor(envelope: Envelope) {
    this.#envelope = envelope
  }

  encode(parts: readonly Part[]): string {
    const content: JsonObject[] = []
    let raw = ''
    let event = ''
    for (const part of parts) {
      if (part.type === 'usage') this.#usage = part.usage
      else if (part.type === 'finish') this.#finish = part.reason
      else if (part.type === 'event') event += part.text
      else if (part.type === 'text' && this.#isJson) raw += part.text
      else if (!this.#isJson) this.#add(content, part)
    }
    const shown = rawEvents(this.#envelope, event, NATIVE)
    const isEmpty = raw === '' && content.length === 0 && shown === null
    return isEmpty ? '' : this.#begin() + this.#event({ ...this.#body(content, raw), ...shown })
  }

  end(): string {
    const { raw, task } = this.#envelope
    const usages = raw?.include.rawUsage ? raw.usages('last') : []
    const rawUsage = usages.length > 0 ? this.#event({ ...this.#body(), raw_usage: usages }) : ''
    const last = this.#event({
      ...this.#body(),
      usage: encodeUsage(this.#usage, this.#envelope.cost()),
      ...(this.#finish && { finish_reason: this.#finish }),
      ...(raw?.include.aggregated && task && { aggregated_response: this.#aggregated() }),
    })
    return this.#begin() + rawUsage + last + formatEvent('[DONE]')
  }

  /** What calls before this one said comes before anything else. */
  #begin(): string {
    const { raw } = this.#envelope
    if (this.#begun || !raw) return ''
    this.#begun = true
    const usages = raw.include.rawUsage ? raw.usages('earlier') : []
    const responses = raw.include.rawResponse ? raw.responses('earlier') : []
    return [
      usages.length > 0 ? this.#event({ ...this.#body(), raw_usage: usages }) : '',
      responses.length > 0 ? this.#event({ ...this.#body(), raw_response: responses }) : '',
    ].join('')
  }

  #aggregated(): JsonObject | JsonObject[] {
    const { task } = this.#envelope
    const { content } = task?.collector.answer() ?? { content: [] }
    const { output, content: blocks = [] } = outputOf(this.#envelope, content)
    return output ?? blocks
  }

  get #isJson(): boolean {
    return this.#envelope.task?.fn.type === 'json'
  }

  #body(content: JsonObject[] = [], raw = ''): JsonObject {
    return this.#isJson ? { raw } : { content }
  }

  #event(body: JsonObject): string {
    return formatEvent(JSON.stringify({ ...namesOf(this.#envelope), ...body }))
  }

  #add(content: JsonObject[], part: Part): void {
    // A call's name and the arguments that came with it are one piece.
    const last = content.at(-1)
    const call = part.type === 'tool_arguments' ? this.#calls.get(part.index) : undefined
    const before = last?.['raw_arguments']
    if (part.type === 'tool_arguments' && last && typeof before === 'string') {
      if (last['id'] === call?.id) {
        last['raw_arguments'] = before + part.text
        return
      }
    }
    content.push(...this.#chunk(part))
  }

  #chunk(part: Part): JsonObject[] {
    switch (part.type) {
      case 'text':
        if (part.text === '') return []
        return [{ type: 'text', id: this.#block('text', part.begins), text: part.text }]
      case 'refusal':
        return [{ type: 'text', id: this.#block('refusal'), text: part.text }]
      case 'reasoning':
        return [this.#thought(part)]
      case 'tool_call': {
        const { index, id, name } = part
        if (this.#calls.has(index)) return []
        this.#calls.set(index, { id, name })
        this.#block(`call ${index}`)
        return [{ type: 'tool_call', id, raw_name: name, raw_arguments: '' }]
      }
      case 'tool_arguments': {
        const id = this.#calls.get(part.index)?.id ?? ''
        return [{ type: 'tool_call', id, raw_name: '', raw_arguments: part.text }]
      }
      case 'unknown': {
        const { place } = this.#envelope
        const id = this.#block(`unknown ${this.#blocks}`)
        return [{ type: 'unknown', id, data: part.data, ...placeFields(place) }]
      }
      default:
        return []
    }
  }

  #thought(part: Extract<Part, { type: 'reasoning' }>): JsonObject {
    const id = this.#block('thought', part.begins)
    return {
      type: 'thought',
      id,
      text: part.summary ? null : part.text,
      signature: part.signature ?? null,
      summary_id: part.summary ? id : null,
      summary_text: part.summary ? part.text : null,
      provider_type: this.#envelope.providerType,
      ...(part.details && { extra_data: { reasoning_details: [...part.details] } }),
    }
  }

  /** The block that a piece belongs to: another kind begins another one. */
  #block(kind: string, begins?: true): string {
    if (kind !== this.#last || begins) this.#blocks++
    this.#last = kind
    return String(this.#blocks - 1)
  }
}

const NATIVE = { raw: 'raw_chunk', original: 'original_chunk' } as const
