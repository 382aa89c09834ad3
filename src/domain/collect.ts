import type { Answer, Block, JsonObject, Part, ProviderError, Thought } from './chat.ts'
import type { Own } from './own-fields.ts'
import { mergeUsage, type Usage } from './usage.ts'

/** Adds parts up to the answer they make. */
export class Collector {
  readonly #choices = new Map<number, ChoiceCollector>()
  #usage: Usage | null = null
  #reportedCost: number | null = null
  #error: ProviderError | null = null

  add(part: Part): void {
    if (part.type === 'usage') {
      this.#usage = this.#usage ? mergeUsage(this.#usage, part.usage) : part.usage
      this.#reportedCost = part.reportedCost ?? this.#reportedCost
    } else if (part.type === 'error') {
      this.#error ??= part.error
    } else {
      this.#choice(part.choice ?? 0).add(part)
    }
  }

  /** US dollars by the provider's own word; null when it gave none. */
  get reportedCost(): number | null {
    return this.#reportedCost
  }

  /** The first choice as content; further ones follow as blocks that name their index. */
  answer(): Answer {
    const first = this.#choice(0)
    const others = [...this.#choices].filter(([index]) => index !== 0)
    return {
      content: [
        ...first.blocks(),
        ...others.map(([choice, collector]): Block => ({
          type: 'unknown',
          data: { choice, content: JSON.parse(JSON.stringify(collector.blocks())) },
        })),
      ],
      usage: this.#usage,
      finish: first.finish?.reason ?? null,
      finishRaw: first.finish?.raw ?? null,
      error: this.#error,
    }
  }

  #choice(index: number): ChoiceCollector {
    let choice = this.#choices.get(index)
    if (!choice) {
      choice = new ChoiceCollector()
      this.#choices.set(index, choice)
    }
    return choice
  }
}

type ContentPart = Exclude<Part, { type: 'usage' | 'error' }>
type Finish = Extract<Part, { type: 'finish' }>

/** Blocks in the order they began. Text and reasoning that follow their like are one block. */
class ChoiceCollector {
  readonly #blocks: Building[] = []
  readonly #calls = new Map<number, { id: string; name: string; arguments: string[] }>()
  finish: Finish | null = null

  add(part: ContentPart): void {
    switch (part.type) {
      case 'text':
        this.#text(part).push(part)
        break
      case 'citation':
        this.#text(part).push(part)
        break
      case 'refusal':
        this.#refusal().push(part.text)
        break
      case 'file': {
        const { choice: _choice, ...file } = part
        this.#blocks.push({ type: 'file', block: () => file })
        break
      }
      case 'unknown':
        this.#blocks.push({
          type: 'unknown',
          block: () => ({ type: 'unknown', data: part.data, wire: part.wire }),
        })
        break
      case 'reasoning':
        this.#thought(part).push(part)
        break
      case 'tool_call':
        this.#call(part.index, part)
        break
      case 'tool_arguments':
        this.#call(part.index, { id: '', name: '' }).arguments.push(part.text)
        break
      case 'finish':
        this.finish = part
        break
      case 'raw':
      case 'event':
      case 'embedding':
        break
    }
  }

  blocks(): Block[] {
    return this.#blocks.map((building) => building.block())
  }

  #text(part: TextPart | CitationPart): (TextPart | CitationPart)[] {
    const last = this.#blocks.at(-1)
    const begins = part.type === 'text' && part.begins
    if (last?.texts && !begins) return last.texts
    const texts: (TextPart | CitationPart)[] = []
    this.#blocks.push({ type: 'text', texts, block: () => joinText(texts) })
    return texts
  }

  #refusal(): string[] {
    const last = this.#blocks.at(-1)
    if (last?.refusals) return last.refusals
    const refusals: string[] = []
    const block = () => ({ type: 'refusal', text: refusals.join('') }) as const
    this.#blocks.push({ type: 'refusal', refusals, block })
    return refusals
  }

  #thought(part: ReasoningPart): ReasoningPart[] {
    const last = this.#blocks.at(-1)
    if (last?.thoughts && !part.begins) return last.thoughts
    const thoughts: ReasoningPart[] = []
    this.#blocks.push({ type: 'thought', thoughts, block: () => joinThought(thoughts) })
    return thoughts
  }

  #call(
    index: number,
    named: Own & { id: string; name: string; custom?: true; signature?: string },
  ): { arguments: string[] } {
    const known = this.#calls.get(index)
    if (known) return known
    const call = { id: named.id, name: named.name, arguments: [] as string[] }
    this.#calls.set(index, call)
    this.#blocks.push({
      type: 'tool_call',
      block: () => ({
        type: 'tool_call',
        id: call.id,
        name: call.name,
        arguments: call.arguments.join(''),
        ...(named.custom && { custom: true }),
        ...(named.signature !== undefined && { signature: named.signature }),
        ...ownOf(named),
      }),
    })
    return call
  }
}

interface Building {
  readonly type: Block['type']
  readonly texts?: (TextPart | CitationPart)[]
  readonly refusals?: string[]
  readonly thoughts?: ReasoningPart[]
  readonly block: () => Block
}

type TextPart = Extract<Part, { type: 'text' }>
type CitationPart = Extract<Part, { type: 'citation' }>
type ReasoningPart = Extract<Part, { type: 'reasoning' }>

function joinText(parts: readonly (TextPart | CitationPart)[]): Block {
  const texts = parts.filter((part) => part.type === 'text')
  const citations = parts.flatMap((part) => (part.type === 'citation' ? [part.citation] : []))
  const signature = texts.findLast((part) => part.signature)?.signature
  const own = texts.findLast((part) => part.raw)
  return {
    type: 'text',
    text: texts.map((part) => part.text).join(''),
    ...(citations.length > 0 && { citations }),
    ...(signature !== undefined && { signature }),
    ...(own && ownOf(own)),
  }
}

function ownOf({ raw, wire }: Own): Own {
  return raw && wire !== undefined ? { raw, wire } : {}
}

function joinThought(parts: readonly ReasoningPart[]): Thought {
  const text = parts.map((part) => (part.summary ? '' : part.text)).join('')
  const summary = summaryOf(parts)
  const id = parts.find((part) => part.id)?.id
  const signature = parts.findLast((part) => part.signature)?.signature
  const data = parts.findLast((part) => part.data)?.data
  const format = parts.findLast((part) => part.format)?.format
  const details = joinDetails(parts.flatMap((part) => part.details ?? []))
  return {
    type: 'thought',
    text: text === '' ? null : text,
    ...(summary.length > 0 && { summary }),
    ...(id !== undefined && { id }),
    ...(signature !== undefined && { signature }),
    ...(data !== undefined && { data }),
    ...(format !== undefined && { format }),
    ...(details.length > 0 && { details }),
  }
}

/** The pieces of a summary; each that says so is a paragraph of its own. */
function summaryOf(parts: readonly ReasoningPart[]): string[] {
  const paragraphs: string[] = []
  for (const part of parts) {
    if (!part.summary) continue
    if (part.paragraph === true || paragraphs.length === 0) paragraphs.push(part.text)
    else paragraphs[paragraphs.length - 1] += part.text
  }
  return paragraphs
}

const GROWING = ['text', 'summary', 'data'] as const

/**
 * Streamed pieces of the same detail (same type and index) as the one detail they make. Opaque data
 * without an index is never a piece of another's: joined, nobody could read it.
 */
export function joinDetails(pieces: readonly JsonObject[]): JsonObject[] {
  const whole = new Map<string, JsonObject>()
  for (const piece of pieces) {
    const alone = piece['index'] === undefined && typeof piece['data'] === 'string'
    const key = alone
      ? String(whole.size)
      : JSON.stringify([piece['type'], piece['index'], piece['id'] ?? null])
    const known = whole.get(key)
    if (known) growDetail(known, piece)
    else whole.set(key, { ...piece })
  }
  return [...whole.values()]
}

function growDetail(known: JsonObject, piece: JsonObject): void {
  for (const [field, value] of Object.entries(piece)) {
    const before = known[field]
    const grows = GROWING.some((name) => name === field)
    if (grows && typeof before === 'string' && typeof value === 'string') {
      known[field] = before + value
    } else if (value !== null) {
      known[field] = value
    }
  }
}
