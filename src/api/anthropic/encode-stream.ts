import type { Part } from '../../domain/chat.ts'
import { mergeUsage, type Usage } from '../../domain/usage.ts'
import { asObject, asString, type JsonObject, parseJson } from '../../lib/json.ts'
import { formatEvent } from '../../lib/sse.ts'
import type { Envelope, StreamEncoder } from '../dialect.ts'
import { withSignedThoughts } from '../signatures.ts'
import { encodeCitation, encodeUsage, messageId, ownFields, stopReason } from './encode.ts'

type PartOf<Type extends Part['type']> = Extract<Part, { type: Type }>

/** The block that is open: this grammar has one at a time. */
interface Open {
  readonly kind: 'text' | 'thinking' | 'tool' | 'whole'
  /** Of a tool: the number of its call. */
  readonly call?: number
  /** Of a tool its arguments so far, of a thought its words. */
  text: string
  signed: boolean
}

/** Parts as Messages events: blocks open and close one after the other. */
export class MessagesEncoder implements StreamEncoder {
  readonly #envelope: Envelope
  #begun = false
  #index = -1
  #open: Open | null = null
  /** What came while a call's arguments were still to come. */
  #waiting: Part[] = []
  readonly #calls = new Set<number>()
  #usage: Usage | null = null
  #finish: PartOf<'finish'> | null = null
  #own: JsonObject = {}

  constructor(envelope: Envelope) {
    this.#envelope = envelope
  }

  encode(parts: readonly Part[]): string {
    return this.#all(withSignedThoughts(parts, true))
  }

  end(): string {
    const { context_management: edits, ...own } = this.#own
    const { reason = null, raw = null, stopSequence = null } = this.#finish ?? {}
    const blocks = [this.#begin(), this.#close()]
    while (this.#waiting.length > 0) blocks.push(this.#goOn(), this.#close())
    const stop = {
      stop_reason: stopReason(reason, raw, this.#calls.size > 0),
      stop_sequence: stopSequence,
      ...own,
    }
    const usage = encodeUsage(this.#usage)
    const beside = edits === undefined ? {} : { context_management: edits }
    return [
      ...blocks,
      event({ type: 'message_delta', delta: stop, usage, ...beside }),
      event({ type: 'message_stop' }),
    ].join('')
  }

  #all(parts: readonly Part[]): string {
    return parts.map((part) => this.#part(part)).join('')
  }

  #part(part: Part): string {
    if ('choice' in part && (part.choice ?? 0) > 0) return ''
    if (part.type === 'usage' || part.type === 'finish' || part.type === 'raw') {
      this.#note(part)
      return ''
    }
    const open = this.#open
    if (open?.kind !== 'tool') return this.#write(part)
    if (part.type === 'tool_arguments' && part.index === open.call) {
      open.text += part.text
      return this.#delta({ type: 'input_json_delta', partial_json: part.text }) + this.#goOnIf(open)
    }
    if (isWhole(open)) return this.#write(part)
    this.#waiting.push(part)
    return ''
  }

  #goOnIf(open: Open): string {
    return this.#waiting.length > 0 && isWhole(open) ? this.#goOn() : ''
  }

  #goOn(): string {
    const waited = this.#waiting
    this.#waiting = []
    return this.#all(waited)
  }

  #note(part: PartOf<'usage' | 'finish' | 'raw'>): void {
    if (part.type === 'usage') {
      this.#usage = this.#usage ? mergeUsage(this.#usage, part.usage) : part.usage
    } else if (part.type === 'finish') {
      this.#finish = part
    } else {
      this.#own = { ...this.#own, ...ownFields([part]) }
    }
  }

  #write(part: Part): string {
    switch (part.type) {
      case 'text':
        return this.#text(part.text, part.begins === true)
      case 'refusal':
        return this.#text(part.text, false)
      case 'file':
        return this.#text(`![file](${part.url})`, false)
      case 'citation': {
        const citation = encodeCitation(part.citation)
        return this.#enter('text') + this.#delta({ type: 'citations_delta', citation })
      }
      case 'reasoning':
        return this.#thought(part)
      case 'tool_call':
        return this.#call(part)
      case 'tool_arguments':
        return this.#lateArguments(part)
      case 'unknown':
        return part.wire === 'anthropic_messages' ? this.#whole(part.data) : ''
      default:
        return ''
    }
  }

  #text(text: string, begins: boolean): string {
    const anew = begins ? this.#closeIf('text') : ''
    // A block begins with its first words: clients know no empty text.
    if (text === '') return anew
    return anew + this.#enter('text') + this.#delta({ type: 'text_delta', text })
  }

  #thought({ text, signature, data, begins, paragraph }: PartOf<'reasoning'>): string {
    const written = [begins || this.#open?.signed ? this.#closeIf('thinking') : '']
    if (text !== '' || signature !== undefined) written.push(this.#enter('thinking'))
    if (text !== '') {
      const thinking = paragraph && this.#open?.text ? `\n\n${text}` : text
      if (this.#open) this.#open.text += thinking
      written.push(this.#delta({ type: 'thinking_delta', thinking }))
    }
    if (signature !== undefined) {
      if (this.#open) this.#open.signed = true
      written.push(this.#delta({ type: 'signature_delta', signature }))
    }
    if (data !== undefined) written.push(this.#whole({ type: 'redacted_thinking', data }))
    return written.join('')
  }

  #call({ id, name, index }: PartOf<'tool_call'>): string {
    if (this.#calls.has(index)) return ''
    this.#calls.add(index)
    return this.#start({ type: 'tool_use', id, name, input: {} }, 'tool', index)
  }

  /** Of a call that is whole already nothing but blanks can come; of an unknown one it is all. */
  #lateArguments(part: PartOf<'tool_arguments'>): string {
    if (this.#calls.has(part.index)) return ''
    return this.#call({ type: 'tool_call', index: part.index, id: '', name: '' }) + this.#part(part)
  }

  #whole(block: JsonObject): string {
    return this.#start(block, 'whole') + this.#close()
  }

  #enter(kind: 'text' | 'thinking'): string {
    if (this.#open?.kind === kind) return ''
    return this.#start(
      kind === 'text'
        ? { type: 'text', text: '' }
        : { type: 'thinking', thinking: '', signature: '' },
      kind,
    )
  }

  #closeIf(kind: Open['kind']): string {
    return this.#open?.kind === kind ? this.#close() : ''
  }

  #start(block: JsonObject, kind: Open['kind'], call?: number): string {
    const before = this.#begin() + this.#close()
    this.#index++
    this.#open = { kind, text: '', signed: false, ...(call !== undefined && { call }) }
    return before + event({ type: 'content_block_start', index: this.#index, content_block: block })
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

/** A call's arguments are there when they are a JSON object: nothing can follow then. */
function isWhole({ text }: Open): boolean {
  return asObject(parseJson(text)) !== undefined
}

function event(body: JsonObject): string {
  return formatEvent(JSON.stringify(body), asString(body['type']))
}
