import { isDeepStrictEqual } from 'node:util'
import type { Part } from '../../../domain/chat.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { withoutUndefined } from '../../compact.ts'
import { itemOfWork, joined, type WorkItem } from '../../server-work/as-items.ts'
import { fieldsOf } from '../../server-work/carried.ts'
import { reasoningItem, WIRE } from './items.ts'

/** Writes one event; its number is added. */
export type Emit = (event: JsonObject & { type: string }) => void

/** An item of the output while it grows. */
export interface OpenItem {
  open(emit: Emit): void
  close(emit: Emit): void
  whole(): JsonObject
}

function added(emit: Emit, item: JsonObject, index: number): void {
  emit({ type: 'response.output_item.added', output_index: index, item })
}

function done(emit: Emit, item: JsonObject, index: number): void {
  emit({ type: 'response.output_item.done', output_index: index, item })
}

/** An item that came whole. */
export class WholeItem implements OpenItem {
  readonly #item: JsonObject
  readonly #index: number

  constructor(item: JsonObject, index: number) {
    this.#item = item
    this.#index = index
  }

  open(emit: Emit): void {
    added(emit, this.#item, this.#index)
  }

  close(emit: Emit): void {
    done(emit, this.#item, this.#index)
  }

  whole(): JsonObject {
    return this.#item
  }
}

/** What a provider's tool did: what came of it may be told after other things. */
export class GrowingWork implements OpenItem {
  readonly #id: string
  readonly #index: number
  #work: WorkItem
  #open = true

  constructor(work: WorkItem, id: string, index: number) {
    this.#work = work
    this.#id = id
    this.#index = index
  }

  /** Whether `came` tells what came of it. */
  join(came: WorkItem, emit: Emit): boolean {
    const both = joined(this.#work, came)
    if (!both) return false
    this.#work = both
    this.close(emit)
    return true
  }

  open(emit: Emit): void {
    added(emit, { ...this.whole(), status: 'in_progress' }, this.#index)
    if (this.#work.work.result) this.close(emit)
  }

  close(emit: Emit): void {
    if (!this.#open) return
    this.#open = false
    done(emit, this.whole(), this.#index)
  }

  whole(): JsonObject {
    return itemOfWork(this.#work, this.#id)
  }
}

/** A call of a tool. It stays open until the end: its arguments may come between others. */
export class CallItem implements OpenItem {
  readonly #call: Extract<Part, { type: 'tool_call' }>
  readonly #id: string
  readonly #index: number
  #text = ''

  constructor(call: Extract<Part, { type: 'tool_call' }>, id: string, index: number) {
    this.#call = call
    this.#id = id
    this.#index = index
  }

  open(emit: Emit): void {
    added(emit, this.#item('in_progress'), this.#index)
  }

  input(delta: string, emit: Emit): void {
    this.#text += delta
    emit({ type: `response.${this.#kind}.delta`, ...this.#place, delta })
  }

  close(emit: Emit): void {
    emit({ type: `response.${this.#kind}.done`, ...this.#place, ...this.#said })
    done(emit, this.whole(), this.#index)
  }

  whole(): JsonObject {
    return this.#item('completed')
  }

  get #kind(): string {
    return this.#call.custom ? 'custom_tool_call_input' : 'function_call_arguments'
  }

  get #place(): JsonObject {
    return { item_id: this.#id, output_index: this.#index }
  }

  get #said(): JsonObject {
    return this.#call.custom ? { input: this.#text } : { arguments: this.#text }
  }

  #item(status: string): JsonObject {
    const { id, name, custom, signature } = this.#call
    const type = custom ? 'custom_tool_call' : 'function_call'
    const item = { id: this.#id, type, call_id: id, name, status, ...this.#said }
    const own = fieldsOf(this.#call, WIRE)
    return withoutUndefined({ ...item, thought_signature: signature, ...own })
  }
}

interface MessagePart {
  readonly type: 'output_text' | 'refusal'
  text: string
  readonly annotations: JsonObject[]
  readonly logprobs: JsonObject[]
}

/** What the assistant says, in parts one after the other. */
export class MessageItem implements OpenItem {
  readonly #id: string
  readonly #index: number
  readonly #parts: MessagePart[] = []
  #growing: MessagePart | null = null
  /** What its provider says of it. */
  #own: JsonObject

  constructor(id: string, index: number, own: JsonObject) {
    this.#id = id
    this.#index = index
    this.#own = own
  }

  /** Whether words of which a provider says this are of another message. */
  isApart(own: JsonObject): boolean {
    return !isDeepStrictEqual(own, this.#own)
  }

  learn(own: JsonObject): void {
    this.#own = { ...this.#own, ...own }
  }

  open(emit: Emit): void {
    added(emit, this.#item('in_progress', []), this.#index)
  }

  text(delta: string, emit: Emit): void {
    this.#grow('output_text', emit).text += delta
    emit({ type: 'response.output_text.delta', ...this.#place, delta, logprobs: [] })
  }

  refusal(delta: string, emit: Emit): void {
    this.#grow('refusal', emit).text += delta
    emit({ type: 'response.refusal.delta', ...this.#place, delta })
  }

  annotation(annotation: JsonObject, emit: Emit): void {
    const part = this.#grow('output_text', emit)
    const annotation_index = part.annotations.length
    part.annotations.push(annotation)
    const type = 'response.output_text.annotation.added'
    emit({ type, ...this.#place, annotation_index, annotation })
  }

  addLogprobs(logprobs: readonly JsonObject[]): void {
    this.#growing?.logprobs.push(...logprobs)
  }

  closePart(emit: Emit): void {
    const part = this.#growing
    if (!part) return
    const said =
      part.type === 'refusal'
        ? { type: 'response.refusal.done', refusal: part.text }
        : { type: 'response.output_text.done', text: part.text, logprobs: [...part.logprobs] }
    emit({ ...said, ...this.#place })
    emit({ type: 'response.content_part.done', ...this.#place, part: encodePart(part) })
    this.#growing = null
  }

  close(emit: Emit): void {
    this.closePart(emit)
    done(emit, this.whole(), this.#index)
  }

  whole(): JsonObject {
    return this.#item('completed', this.#parts.map(encodePart))
  }

  #grow(type: MessagePart['type'], emit: Emit): MessagePart {
    if (this.#growing?.type === type) return this.#growing
    this.closePart(emit)
    const part: MessagePart = { type, text: '', annotations: [], logprobs: [] }
    this.#parts.push(part)
    this.#growing = part
    emit({ type: 'response.content_part.added', ...this.#place, part: encodePart(part) })
    return part
  }

  get #place(): JsonObject {
    return {
      item_id: this.#id,
      output_index: this.#index,
      content_index: this.#parts.length - 1,
    }
  }

  #item(status: string, content: JsonObject[]): JsonObject {
    return { id: this.#id, type: 'message', status, role: 'assistant', content, ...this.#own }
  }
}

function encodePart({ type, text, annotations, logprobs }: MessagePart): JsonObject {
  if (type === 'refusal') return { type, refusal: text }
  return { type, text, annotations: [...annotations], logprobs: [...logprobs] }
}

/** A thought: its words, a summary of them, and what only its provider can read. */
export class ReasoningItem implements OpenItem {
  readonly #id: string
  readonly #index: number
  readonly #summary: string[] = []
  #text: string | null = null
  #secrets: { data?: string; signature?: string; format?: string } = {}

  constructor(id: string, index: number) {
    this.#id = id
    this.#index = index
  }

  open(emit: Emit): void {
    const { id, type, summary } = { id: this.#id, type: 'reasoning', summary: [] }
    added(emit, { id, type, summary }, this.#index)
  }

  add(part: Extract<Part, { type: 'reasoning' }>, emit: Emit): void {
    const { text, summary, paragraph, data, signature, format } = part
    if (data !== undefined) this.#secrets.data = data
    if (signature !== undefined) this.#secrets.signature = signature
    if (format !== undefined) this.#secrets.format = format
    if (summary) this.#addSummary(text, paragraph === true, emit)
    else if (text !== '') this.#addText(text, emit)
  }

  close(emit: Emit): void {
    this.#closeSummary(emit)
    if (this.#text !== null) {
      const place = { ...this.#place, content_index: 0 }
      emit({ type: 'response.reasoning_text.done', ...place, text: this.#text })
    }
    done(emit, this.whole(), this.#index)
  }

  whole(): JsonObject {
    const summary = this.#summary.length > 0 ? { summary: this.#summary } : {}
    const thought = { type: 'thought', text: this.#text, ...summary, ...this.#secrets } as const
    return reasoningItem(thought, this.#id)
  }

  #addText(delta: string, emit: Emit): void {
    const place = { ...this.#place, content_index: 0 }
    if (this.#text === null) {
      const part = { type: 'reasoning_text', text: '' }
      emit({ type: 'response.content_part.added', ...place, part })
    }
    this.#text = (this.#text ?? '') + delta
    emit({ type: 'response.reasoning_text.delta', ...place, delta })
  }

  #addSummary(delta: string, paragraph: boolean, emit: Emit): void {
    if (paragraph || this.#summary.length === 0) {
      this.#closeSummary(emit)
      this.#summary.push('')
      const part = { type: 'summary_text', text: '' }
      emit({ type: 'response.reasoning_summary_part.added', ...this.#summaryPlace, part })
    }
    if (delta === '') return
    this.#summary[this.#summary.length - 1] += delta
    emit({ type: 'response.reasoning_summary_text.delta', ...this.#summaryPlace, delta })
  }

  #closeSummary(emit: Emit): void {
    const text = this.#summary.at(-1)
    if (text === undefined) return
    emit({ type: 'response.reasoning_summary_text.done', ...this.#summaryPlace, text })
    const part = { type: 'summary_text', text }
    emit({ type: 'response.reasoning_summary_part.done', ...this.#summaryPlace, part })
  }

  get #place(): JsonObject {
    return { item_id: this.#id, output_index: this.#index }
  }

  get #summaryPlace(): JsonObject {
    return { ...this.#place, summary_index: this.#summary.length - 1 }
  }
}
