import type { Part } from '../../domain/chat.ts'
import { mergeUsage, type Usage } from '../../domain/usage.ts'
import { asObject, asString, type JsonObject } from '../../lib/json.ts'
import { formatEvent } from '../../lib/sse.ts'
import type { Envelope, StreamEncoder } from '../dialect.ts'
import { withSignedThoughts } from '../signatures.ts'
import { encodeCitation, encodeUsage, messageId, ownFields, stopReason } from './encode.ts'

type Kind = 'text' | 'thinking' | 'tool'
type Finish = Extract<Part, { type: 'finish' }>

/** Parts as Messages events: blocks open and close one after the other, as this grammar has it. */
export class MessagesEncoder implements StreamEncoder {
  readonly #envelope: Envelope
  #begun = false
  #index = -1
  #open: { kind: Kind; call?: number; signed?: boolean } | null = null
  /** Pieces of calls that came while another block was open: one block at a time is allowed. */
  readonly #waiting = new Map<number, { part: CallPart; text: string[] }>()
  #usage: Usage | null = null
  #finish: Finish | null = null
  #own: JsonObject = {}

  constructor(envelope: Envelope) {
    this.#envelope = envelope
  }

  encode(parts: readonly Part[]): string {
    return withSignedThoughts(parts, true)
      .map((part) => this.#part(part))
      .join('')
  }

  end(): string {
    const stop = {
      stop_reason: stopReason(this.#finish?.reason ?? null, this.#finish?.raw ?? null),
      stop_sequence: this.#finish?.stopSequence ?? null,
      ...this.#own,
    }
    const usage = encodeUsage(this.#usage)
    return [
      this.#begin(),
      this.#close(),
      this.#flush(),
      event({ type: 'message_delta', delta: stop, usage }),
      event({ type: 'message_stop' }),
    ].join('')
  }

  #part(part: Part): string {
    if ('choice' in part && (part.choice ?? 0) > 0) return ''
    switch (part.type) {
      case 'text':
        return this.#text(part.text, part.begins === true)
      case 'refusal':
        return this.#text(part.text, false)
      case 'file':
        return this.#text(`![file](${part.url})`, false)
      case 'citation':
        return (
          this.#enter('text') +
          this.#delta({ type: 'citations_delta', citation: encodeCitation(part.citation) })
        )
      case 'reasoning':
        return this.#thought(part)
      case 'tool_call':
        return this.#call(part)
      case 'tool_arguments':
        return this.#arguments(part.index, part.text)
      case 'unknown':
        return part.wire === 'anthropic_messages' ? this.#whole(part.data) : ''
      default:
        this.#note(part)
        return ''
    }
  }

  #note(part: Part): void {
    if (part.type === 'usage') {
      this.#usage = this.#usage ? mergeUsage(this.#usage, part.usage) : part.usage
    }
    if (part.type === 'finish') this.#finish = part
    this.#own = { ...this.#own, ...ownFields([part]) }
  }

  #text(text: string, begins: boolean): string {
    if (text === '') {
      // Another text begins with the next words, not before.
      if (!begins || this.#open?.kind !== 'text') return ''
      return this.#close()
    }
    const anew = begins ? this.#closeIf('text') : ''
    return anew + this.#enter('text') + this.#delta({ type: 'text_delta', text })
  }

  #thought(part: Extract<Part, { type: 'reasoning' }>): string {
    const { text, signature, data, begins, paragraph } = part
    const anew = begins || this.#open?.signed ? this.#closeIf('thinking') : ''
    const written = [anew]
    if (text !== '' || signature !== undefined) written.push(this.#enter('thinking'))
    if (paragraph && text !== '') {
      written.push(this.#delta({ type: 'thinking_delta', thinking: '\n\n' }))
    }
    if (text !== '') written.push(this.#delta({ type: 'thinking_delta', thinking: text }))
    if (signature !== undefined) {
      written.push(this.#delta({ type: 'signature_delta', signature }))
      if (this.#open) this.#open.signed = true
    }
    if (data !== undefined) written.push(this.#whole({ type: 'redacted_thinking', data }))
    return written.join('')
  }

  #call(part: CallPart): string {
    if (this.#open?.kind === 'tool') {
      this.#waiting.set(part.index, { part, text: [] })
      return ''
    }
    return this.#openCall(part)
  }

  #openCall({ id, name, index }: CallPart): string {
    const started = this.#start({ type: 'tool_use', id, name, input: {} })
    this.#open = { kind: 'tool', call: index }
    return started
  }

  #arguments(call: number, text: string): string {
    if (this.#open?.call === call) {
      return this.#delta({ type: 'input_json_delta', partial_json: text })
    }
    this.#waiting.get(call)?.text.push(text)
    return ''
  }

  /** What has waited, in the order of its coming. */
  #flush(): string {
    const waited = [...this.#waiting.values()]
    this.#waiting.clear()
    return waited
      .map(({ part, text }) => {
        const json = text.join('')
        const input = json === '' ? '' : event(delta(this.#index + 1, json))
        return this.#openCall(part) + input + this.#close()
      })
      .join('')
  }

  #whole(block: JsonObject): string {
    return this.#close() + this.#start(asObject(block) ?? {}) + this.#close()
  }

  #enter(kind: Kind): string {
    if (this.#open?.kind === kind) return ''
    const block =
      kind === 'text'
        ? { type: 'text', text: '' }
        : { type: 'thinking', thinking: '', signature: '' }
    const started = this.#close() + this.#flush() + this.#start(block)
    this.#open = { kind }
    return started
  }

  #closeIf(kind: Kind): string {
    return this.#open?.kind === kind ? this.#close() : ''
  }

  #start(block: JsonObject): string {
    const closed = this.#close()
    this.#index++
    this.#open = { kind: 'text' }
    return (
      this.#begin() +
      closed +
      event({ type: 'content_block_start', index: this.#index, content_block: block })
    )
  }

  #delta(change: JsonObject): string {
    return event({ type: 'content_block_delta', index: this.#index, delta: change })
  }

  #close(): string {
    if (!this.#open) return ''
    this.#open = null
    return event({ type: 'content_block_stop', index: this.#index })
  }

  #begin(): string {
    if (this.#begun) return ''
    this.#begun = true
    const message = {
      id: messageId(this.#envelope.id),
      type: 'message',
      role: 'assistant',
      model: this.#envelope.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...encodeUsage(this.#usage), output_tokens: 0 },
    }
    return event({ type: 'message_start', message })
  }
}

type CallPart = Extract<Part, { type: 'tool_call' }>

function delta(index: number, json: string): JsonObject {
  return {
    type: 'content_block_delta',
    index,
    delta: { type: 'input_json_delta', partial_json: json },
  }
}

function event(body: JsonObject): string {
  return formatEvent(JSON.stringify(body), asString(body['type']))
}
