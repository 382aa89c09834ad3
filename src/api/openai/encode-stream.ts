import type { JsonObject, Part } from '../../domain/chat.ts'
import { mergeUsage, type Usage } from '../../domain/usage.ts'
import { formatEvent } from '../../lib/sse.ts'
import type { Envelope } from '../dialect.ts'
import { AskedCalls } from '../server-work/asked.ts'
import { withSignedThoughts } from '../signatures.ts'
import { rawEvents } from '../tensorzero/raw-chunks.ts'
import { addPart, type At, type ChoiceState, type Delta, newState, noDelta } from './delta.ts'
import { encodeFinish, encodeUsage, speaksHere, toldApart } from './encode.ts'

/**
 * Parts → chunks in TensorZero's shape: each upstream event becomes at most one chunk a choice;
 * finish reason and usage come together, last.
 */
export class ChunkEncoder {
  readonly #envelope: Envelope
  readonly #wantsUsage: boolean
  readonly #choices = new Map<number, ChoiceState>()
  readonly #asked = new AskedCalls()
  #usage: Usage | null = null
  readonly #extra: JsonObject = {}
  #opened = false

  constructor(envelope: Envelope, wantsUsage: boolean) {
    this.#envelope = envelope
    this.#wantsUsage = wantsUsage
  }

  /** One upstream event. */
  encode(parts: readonly Part[]): string {
    const deltas = new Map<number, Delta>()
    const { task } = this.#envelope
    let event = ''
    for (const part of withSignedThoughts(this.#shown(parts), false)) {
      if (part.type === 'usage') this.#addUsage(part)
      else if (part.type === 'event') event += part.text
      else if (part.type === 'raw' && part.level === 'response') this.#addExtra(part.fields)
      else if (part.type !== 'error') this.#addTo(deltas, part)
    }
    const shown = rawEvents(this.#envelope, event, RAW_NAMES)
    const news = [...deltas].filter(([, delta]) => !task || saysSomething(delta))
    const told: [number, Delta][] = news.length === 0 && shown ? [[0, noDelta()]] : news
    const chunks = told.map(([index, { message, choice }], place) =>
      this.#chunk(
        index,
        { delta: this.#withRole(index, message), ...choice },
        { ...(place === 0 && shown) },
      ),
    )
    return chunks.length === 0 ? '' : this.#open() + chunks.join('')
  }

  /** Of a json function only its text is shown; TensorZero's functions have no other calls. */
  #shown(parts: readonly Part[]): readonly Part[] {
    if (isJson(this.#envelope)) return parts.filter(({ type }) => OF_JSON.has(type))
    const told = toldApart(parts, this.#envelope)
    return this.#envelope.task ? told : this.#asked.addTo(told)
  }

  /** The last chunks and the end marker. */
  end(): string {
    const opening = this.#open()
    const usage = this.#wantsUsage ? encodeUsage(this.#usage, this.#envelope.cost) : null
    const indexes = this.#choices.size > 0 ? [...this.#choices.keys()] : [0]
    const rawUsage = this.#rawUsage('last')
    const chunks = indexes.map((index, place) => {
      const { finish } = this.#stateOf(index)
      const delta = this.#withRole(index, { ...this.#emptyContent() })
      const last = place === indexes.length - 1
      return this.#chunk(
        index,
        { delta, finish_reason: encodeFinish(finish) },
        last ? { usage } : {},
      )
    })
    return `${opening}${rawUsage}${chunks.join('')}${formatEvent('[DONE]')}`
  }

  /** What calls before this one said comes before anything else. */
  #open(): string {
    const { raw } = this.#envelope
    if (this.#opened) return ''
    this.#opened = true
    const responses = raw?.include.rawResponse ? raw.responses('earlier') : []
    if (responses.length === 0) return this.#rawUsage('earlier')
    const delta = this.#withRole(0, this.#emptyContent())
    return (
      this.#rawUsage('earlier') + this.#chunk(0, { delta }, { tensorzero_raw_response: responses })
    )
  }

  #rawUsage(which: 'earlier' | 'last'): string {
    const { raw } = this.#envelope
    const usages = raw?.include.rawUsage ? raw.usages(which) : []
    if (usages.length === 0) return ''
    const delta = this.#withRole(0, this.#emptyContent())
    return this.#chunk(0, { delta }, { tensorzero_raw_usage: usages })
  }

  /** The role comes once, with whatever is said first. */
  #withRole(index: number, message: JsonObject): JsonObject {
    const state = this.#stateOf(index)
    if (state.begun) return message
    state.begun = true
    return { role: 'assistant', ...message }
  }

  /** Chunks of a json function have text, if only an empty one. */
  #emptyContent(): JsonObject {
    return isJson(this.#envelope) ? { content: '' } : {}
  }

  /** Kept for later chunks too: the last one repeats what the answer as a whole said. */
  #addExtra(fields: JsonObject): void {
    if (!speaksHere(this.#envelope)) return
    for (const [key, value] of Object.entries(fields)) {
      if (value !== null) this.#extra[key] = value
    }
  }

  #addUsage(part: At<'usage'>): void {
    this.#usage = this.#usage ? mergeUsage(this.#usage, part.usage) : part.usage
  }

  #addTo(deltas: Map<number, Delta>, part: Exclude<Part, At<'usage'> | At<'error'>>): void {
    const index = part.choice ?? 0
    const state = this.#stateOf(index)
    if (part.type === 'finish') {
      state.finish = part.reason
      return
    }
    let delta = deltas.get(index)
    if (!delta) {
      delta = noDelta()
      deltas.set(index, delta)
    }
    addPart(delta, part, state, this.#envelope)
  }

  #stateOf(index: number): ChoiceState {
    let state = this.#choices.get(index)
    if (!state) {
      state = newState()
      this.#choices.set(index, state)
    }
    return state
  }

  #chunk(index: number, choice: JsonObject, more: JsonObject): string {
    const { id, episodeId, model, created } = this.#envelope
    return formatEvent(
      JSON.stringify({
        system_fingerprint: '',
        service_tier: null,
        ...this.#extra,
        id,
        episode_id: episodeId,
        object: 'chat.completion.chunk',
        created,
        model,
        choices: [{ finish_reason: null, logprobs: null, ...choice, index }],
        usage: null,
        ...more,
      }),
    )
  }
}

const RAW_NAMES = { raw: 'tensorzero_raw_chunk', original: 'tensorzero_original_chunk' } as const

function isJson({ task }: Envelope): boolean {
  return task?.fn.type === 'json'
}

const OF_JSON: ReadonlySet<Part['type']> = new Set(['text', 'usage', 'finish', 'event'])

/** A chunk of nothing is not worth sending. */
function saysSomething({ message, choice }: Delta): boolean {
  const values = [...Object.values(message), ...Object.values(choice)]
  return values.some((value) => value !== '' && value !== null)
}
