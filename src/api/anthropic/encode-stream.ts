import type { Part } from '../../domain/chat.ts'
import { mergeUsage, type Usage } from '../../domain/usage.ts'
import { asObject, asString, type JsonObject, parseJson } from '../../lib/json.ts'
import { JsonEnd } from '../../lib/json-end.ts'
import { formatEvent } from '../../lib/sse.ts'
import { compact } from '../compact.ts'
import type { Envelope, StreamEncoder } from '../dialect.ts'
import { WorkBlocks } from '../server-work/as-messages.ts'
import { fieldsOf } from '../server-work/carried.ts'
import { withSignedThoughts } from '../signatures.ts'
import {
  encodeCitation,
  encodeUsage,
  messageId,
  NO_OWN_FIELDS,
  ownCounts,
  ownFields,
  stopReason,
  thoughtNames,
} from './encode.ts'

const WIRE = 'anthropic_messages'

type PartOf<Type extends Part['type']> = Extract<Part, { type: Type }>

type Names = Pick<PartOf<'reasoning'>, 'id' | 'format'>

/** The block that is open: this grammar has one at a time. */
interface Open {
  readonly kind: 'text' | 'thinking' | 'tool' | 'whole'
  /** Of a tool: the number of its call. */
  readonly call?: number
  /** Of a tool its arguments so far, of a thought its words. */
  text: string
  /** Of a tool: what comes is told as it comes; told whole at the end, as text, is what is no JSON object. */
  told: 'unknown' | 'as it comes' | 'at the end'
  /** Of a tool: where its arguments end. */
  readonly end: JsonEnd
  signed: boolean
}

/** Parts as Messages events: blocks open and close one after the other. */
export class MessagesEncoder implements StreamEncoder {
  readonly #envelope: Envelope
  #begun = false
  /** The text that is open is of another kind than the words around it. */
  #apart: 'refusal' | 'file' | null = null
  #index = -1
  #open: Open | null = null
  /** What came while a call's arguments were still to come. */
  #waiting: Part[] = []
  readonly #calls = new Set<number>()
  readonly #works = new WorkBlocks()
  /** What the provider says of the text that begins. */
  #textFields: JsonObject = {}
  /** The names of the thought that is told: they come with one of its pieces. */
  #thoughtNames: Names = {}
  #usage: Usage | null = null
  #finish: PartOf<'finish'> | null = null
  #own: JsonObject = {}
  /** What was used, as it was told. */
  readonly #counts: PartOf<'usage'>[] = []

  constructor(envelope: Envelope) {
    this.#envelope = envelope
  }

  encode(parts: readonly Part[]): string {
    return this.#all(withSignedThoughts(parts, true))
  }

  end(): string {
    const { context_management: edits, ...own } = this.#own
    const { container, stop_details } = NO_OWN_FIELDS
    const { reason = null, raw = null, stopSequence = null } = this.#finish ?? {}
    const blocks = [this.#begin(), this.#close()]
    while (this.#waiting.length > 0) blocks.push(this.#goOn(), this.#close())
    const stop = {
      stop_reason: stopReason(reason, raw),
      stop_sequence: stopSequence,
      container,
      stop_details,
      ...own,
    }
    const { server_tool_use = null } = ownCounts(this.#envelope, this.#counts)
    const usage = { ...encodeUsage(this.#usage), server_tool_use }
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
      return this.#arguments(open, part.text)
    }
    if (isWhole(open)) return this.#write(part)
    this.#waiting.push(part)
    return ''
  }

  #arguments(open: Open, text: string): string {
    const before = open.told === 'unknown' ? open.text : ''
    open.text += text
    if (open.told === 'unknown') open.told = howToTell(open.text)
    if (open.told !== 'as it comes') return ''
    // Words after the arguments' end are nobody's, and clients would stumble over them.
    const said = before + text
    const partial_json = said.slice(0, open.end.lengthIn(said))
    open.text = open.text.slice(0, open.text.length - said.length + partial_json.length)
    const told = partial_json === '' ? '' : this.#delta({ type: 'input_json_delta', partial_json })
    return this.#waiting.length > 0 && isWhole(open) ? told + this.#goOn() : told
  }

  /** What is no JSON object still reaches the client, as its whole answers have it. */
  #lastArguments({ told, text }: Open): string {
    if (told !== 'at the end') return ''
    return this.#delta({ type: 'input_json_delta', partial_json: JSON.stringify({ input: text }) })
  }

  #goOn(): string {
    const waited = this.#waiting
    this.#waiting = []
    return this.#all(waited)
  }

  #note(part: PartOf<'usage' | 'finish' | 'raw'>): void {
    if (part.type === 'usage') {
      this.#usage = this.#usage ? mergeUsage(this.#usage, part.usage) : part.usage
      this.#counts.push(part)
    } else if (part.type === 'finish') {
      this.#finish = part
    } else {
      this.#own = { ...this.#own, ...ownFields([part]) }
    }
  }

  #write(part: Part): string {
    switch (part.type) {
      case 'text':
        if (part.begins) this.#textFields = fieldsOf(part, WIRE)
        return this.#text(part.text, part.begins === true || this.#apart !== null)
      case 'refusal':
        return this.#textApart(part.text, 'refusal', this.#apart !== 'refusal')
      case 'file':
        return this.#textApart(`![file](${part.url})`, 'file', true)
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
        return this.#blocks(part)
      default:
        return ''
    }
  }

  /** A refusal is a text of its own, and so is each link to a file. */
  #textApart(text: string, kind: 'refusal' | 'file', begins: boolean): string {
    this.#textFields = {}
    const told = this.#text(text, begins)
    this.#apart = kind
    return told
  }

  #text(text: string, begins: boolean): string {
    this.#apart = null
    const anew = begins ? this.#closeIf('text') : ''
    // A block begins with its first words: clients know no empty text.
    if (text === '') return anew
    return anew + this.#enter('text') + this.#delta({ type: 'text_delta', text })
  }

  #thought(part: PartOf<'reasoning'>): string {
    const { text, signature, data, begins, paragraph } = part
    const written = [begins || this.#open?.signed ? this.#closeIf('thinking') : '']
    this.#thoughtNames = namesOf(part, begins ? {} : this.#thoughtNames)
    if (text !== '' || signature !== undefined) written.push(this.#enter('thinking'))
    const anew = paragraph && this.#open?.kind === 'thinking' && this.#open.text !== ''
    const thinking = anew ? `\n\n${text}` : text
    if (thinking !== '') {
      if (this.#open) this.#open.text += thinking
      written.push(this.#delta({ type: 'thinking_delta', thinking }))
    }
    if (signature !== undefined) {
      if (this.#open) this.#open.signed = true
      written.push(this.#delta({ type: 'signature_delta', signature }))
    }
    if (data !== undefined) {
      const names = thoughtNames(this.#thoughtNames)
      written.push(this.#whole({ type: 'redacted_thinking', data, ...names }))
    }
    return written.join('')
  }

  #call(part: PartOf<'tool_call'>): string {
    const { id, name, index, custom } = part
    if (this.#calls.has(index)) return ''
    this.#calls.add(index)
    const told = custom ? 'at the end' : 'unknown'
    return this.#start(
      { type: 'tool_use', id, name, input: {}, ...fieldsOf(part, WIRE) },
      { kind: 'tool', call: index, told },
    )
  }

  /** Of a call that is whole already nothing but blanks can come; of an unknown one it is all. */
  #lateArguments(part: PartOf<'tool_arguments'>): string {
    if (this.#calls.has(part.index)) return ''
    return this.#call({ type: 'tool_call', index: part.index, id: '', name: '' }) + this.#part(part)
  }

  #blocks({ data, wire }: PartOf<'unknown'>): string {
    const blocks = wire === 'anthropic_messages' ? [data] : this.#works.of(data, wire)
    return blocks.map((block) => this.#whole(block)).join('')
  }

  #whole(block: JsonObject): string {
    const { input, ...call } = block
    if (call['type'] !== 'tool_use') return this.#start(block, { kind: 'whole' }) + this.#close()
    const partial_json = JSON.stringify(input)
    const begun = this.#start({ ...call, input: {} }, { kind: 'whole' })
    return begun + this.#delta({ type: 'input_json_delta', partial_json }) + this.#close()
  }

  #enter(kind: 'text' | 'thinking'): string {
    if (this.#open?.kind === kind) return ''
    if (kind === 'thinking') {
      const names = thoughtNames(this.#thoughtNames)
      return this.#start({ type: 'thinking', thinking: '', signature: '', ...names }, { kind })
    }
    const own = this.#textFields
    this.#textFields = {}
    return this.#start({ type: 'text', text: '', citations: null, ...own }, { kind })
  }

  #closeIf(kind: Open['kind']): string {
    return this.#open?.kind === kind ? this.#close() : ''
  }

  #start(
    block: JsonObject,
    open: Pick<Open, 'kind' | 'call'> & Partial<Pick<Open, 'told'>>,
  ): string {
    const before = this.#begin() + this.#close()
    this.#index++
    this.#open = { text: '', signed: false, told: 'as it comes', end: new JsonEnd(), ...open }
    return before + event({ type: 'content_block_start', index: this.#index, content_block: block })
  }

  #delta(change: JsonObject): string {
    return event({ type: 'content_block_delta', index: this.#index, delta: change })
  }

  #close(): string {
    if (!this.#open) return ''
    const last = this.#lastArguments(this.#open)
    this.#open = null
    return last + event({ type: 'content_block_stop', index: this.#index })
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
      ...NO_OWN_FIELDS,
      usage: {
        ...encodeUsage(this.#usage),
        output_tokens: 0,
        ...ownCounts(this.#envelope, this.#counts),
      },
    }
    return event({ type: 'message_start', message })
  }
}

function namesOf({ id, format }: Names, before: Names): Names {
  return { ...before, ...compact({ id, format }) }
}

/** A call's arguments are there when they are a JSON object: nothing can follow then. */
function isWhole({ text, told }: Open): boolean {
  if (told !== 'as it comes' || !text.trimEnd().endsWith('}')) return false
  return asObject(parseJson(text)) !== undefined
}

/** By their first letter; some servers write `null` where a call has no arguments. */
function howToTell(text: string): Open['told'] {
  const begun = text.trimStart()
  if (begun === '' || 'null'.startsWith(begun)) return 'unknown'
  if (!begun.startsWith('{')) return 'at the end'
  const end = new JsonEnd().lengthIn(begun)
  return begun.slice(end).trim() === '' ? 'as it comes' : 'at the end'
}

function event(body: JsonObject): string {
  return formatEvent(JSON.stringify(body), asString(body['type']))
}
