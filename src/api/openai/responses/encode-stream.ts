import type { Part } from '../../../domain/chat.ts'
import { Collector } from '../../../domain/collect.ts'
import { asString, type JsonObject } from '../../../lib/json.ts'
import { formatEvent } from '../../../lib/sse.ts'
import type { Envelope, StreamEncoder } from '../../dialect.ts'
import { logprobsIn } from '../../logprobs.ts'
import { fieldsOf } from '../../server-work/carried.ts'
import { withSignedThoughts } from '../../signatures.ts'
import { GroupedCalls } from './grouped-calls.ts'
import {
  annotationOf,
  fileItem,
  itemId,
  kindOfFile,
  OWN_THOUGHT,
  OWN_WORK,
  responseOf,
  WIRE,
  workIn,
} from './items.ts'
import {
  CallItem,
  type Emit,
  GrowingWork,
  MessageItem,
  type OpenItem,
  ReasoningItem,
  WholeItem,
} from './open-items.ts'

type ReasoningPart = Extract<Part, { type: 'reasoning' }>

/** Parts as Responses events. Source: OpenAI API reference, "Streaming events". */
export class ResponseEncoder implements StreamEncoder {
  readonly #envelope: Envelope
  readonly #groups: GroupedCalls
  readonly #collector = new Collector()
  readonly #calls = new Map<number, CallItem>()
  readonly #works: GrowingWork[] = []
  readonly #output: OpenItem[] = []
  #open: OpenItem | null = null
  /** What is said of the text that begins: its words may come later. */
  #begins: JsonObject = {}
  #number = 0
  #begun = false
  #written: string[] = []

  constructor(envelope: Envelope) {
    this.#envelope = envelope
    this.#groups = new GroupedCalls(envelope.request)
  }

  encode(parts: readonly Part[]): string {
    for (const part of withSignedThoughts(parts, false)) {
      this.#collector.add(part)
      if (!('choice' in part) || (part.choice ?? 0) === 0) this.#part(part)
    }
    return this.#take()
  }

  end(): string {
    this.#begin()
    this.#close()
    for (const work of this.#works) work.close(this.#emit)
    for (const call of this.#calls.values()) call.close(this.#emit)
    const { usage, finish } = this.#collector.answer()
    const output = this.#output.map((item) => item.whole())
    const response = responseOf(this.#envelope, { output, finish, usage, ended: true })
    this.#emit({ type: `response.${asString(response['status'])}`, response })
    return this.#take()
  }

  #part(part: Part): void {
    switch (part.type) {
      case 'text':
        this.#text(part)
        break
      case 'refusal':
        this.#message().refusal(part.text, this.#emit)
        break
      case 'citation':
        this.#message().annotation(annotationOf(part.citation), this.#emit)
        break
      case 'reasoning':
        this.#reasoning(part)
        break
      case 'tool_call': {
        // Some providers name a call in each of its pieces.
        if (this.#calls.has(part.index)) break
        this.#close()
        const named = this.#groups.named(part)
        const call = this.#add((id) => new CallItem(named, id, this.#output.length), 'fc')
        this.#calls.set(part.index, call)
        break
      }
      case 'tool_arguments':
        this.#calls.get(part.index)?.input(part.text, this.#emit)
        break
      case 'file':
        this.#whole((id) => fileItem(part, id), kindOfFile(part))
        break
      case 'raw':
        if (this.#open instanceof MessageItem) this.#open.addLogprobs(logprobsIn([part]))
        break
      case 'unknown':
        this.#unknown(part)
        break
      default:
        break
    }
  }

  /** A part begins with its first words, not before. */
  #text(part: Extract<Part, { type: 'text' }>): void {
    const { text, begins } = part
    const own = fieldsOf(part, WIRE)
    const open = this.#open instanceof MessageItem ? this.#open : null
    if (begins) this.#begins = own
    else if (part.raw) open?.learn(own)
    if (text !== '') this.#message(begins ? own : undefined).text(text, this.#emit)
    else if (begins) open?.closePart(this.#emit)
  }

  /** `own`: what is said of the words that begin; absent: they go on, or nothing is. */
  #message(own?: JsonObject): MessageItem {
    const open = this.#open
    if (open instanceof MessageItem && !(own && open.isApart(own))) {
      if (own) open.closePart(this.#emit)
      return open
    }
    this.#close()
    const item = this.#add((id) => new MessageItem(id, this.#output.length, this.#begins), 'msg')
    this.#begins = {}
    this.#open = item
    return item
  }

  #reasoning(part: ReasoningPart): void {
    let open = this.#open
    if (!(open instanceof ReasoningItem) || part.begins) {
      this.#close()
      const made = this.#add(
        (id) => new ReasoningItem(part.id ?? id, this.#output.length),
        OWN_THOUGHT,
      )
      this.#open = made
      open = made
    }
    if (open instanceof ReasoningItem) open.add(part, this.#emit)
  }

  #unknown(part: Extract<Part, { type: 'unknown' }>): void {
    if (part.wire === 'openai_responses') this.#whole((id) => ({ id, ...part.data }), 'item')
    const work = workIn(part)
    if (!work) return
    this.#close()
    if (this.#works.findLast((each) => each.join(work, this.#emit))) return
    const item = this.#add((id) => new GrowingWork(work, id, this.#output.length), OWN_WORK)
    this.#works.push(item)
  }

  #whole(make: (id: string) => JsonObject, kind: string): void {
    this.#close()
    const item = this.#add((id) => new WholeItem(make(id), this.#output.length), kind)
    item.close(this.#emit)
  }

  #add<Item extends OpenItem>(make: (id: string) => Item, kind: string): Item {
    this.#begin()
    const item = make(itemId(kind, this.#envelope.id, this.#output.length))
    this.#output.push(item)
    item.open(this.#emit)
    return item
  }

  #close(): void {
    this.#open?.close(this.#emit)
    this.#open = null
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    const begun = { output: [], finish: null, usage: null, ended: false }
    const response = responseOf(this.#envelope, begun)
    this.#emit({ type: 'response.created', response })
    this.#emit({ type: 'response.in_progress', response })
  }

  readonly #emit: Emit = (event) => {
    const numbered = { ...event, sequence_number: this.#number++ }
    this.#written.push(formatEvent(JSON.stringify(numbered), event.type))
  }

  #take(): string {
    const text = this.#written.join('')
    this.#written = []
    return text
  }
}
