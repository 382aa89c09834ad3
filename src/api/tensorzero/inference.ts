import type { FinishReason, JsonObject, Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import type { GatewayError } from '../../domain/errors.ts'
import { totalInput, totalOutput, type Usage } from '../../domain/usage.ts'
import { jsonOutput, outputBlocks } from '../../domain/native-blocks.ts'
import { formatEvent } from '../../lib/sse.ts'
import { dialectRoute } from '../deliver.ts'
import type { Dialect, Envelope, StreamEncoder } from '../dialect.ts'
import { readInference } from './request.ts'

/** TensorZero's own API. Source: its API reference, `POST /inference`. */
const native: Dialect = {
  read: readInference,
  whole: encodeInference,
  stream: (envelope) => new NativeChunks(envelope),
  errorBody: (error) => ({ error: error.message }),
  status: nativeStatus,
  streamError: (error) => formatEvent(JSON.stringify({ error: error.message })),
  endMark: formatEvent('[DONE]'),
}

export const inference = dialectRoute(native, {
  paths: ['/inference'],
  summary: "Answers a function or a model in TensorZero's own terms.",
})

/** TensorZero's statuses: 408 for a time limit, 502 when all variants failed, 500 for one alone. */
function nativeStatus(error: GatewayError): number {
  const { wraps } = error.context
  if (wraps === 'variants' || wraps === 'candidates') return 502
  if (wraps === 'providers') return 500
  return error.code === 'upstream_timeout' ? 408 : error.status
}

function encodeInference(envelope: Envelope, parts: readonly Part[]): JsonObject {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  const { content, usage, finish } = collector.answer()
  return {
    ...namesOf(envelope),
    ...outputOf(envelope, content),
    usage: encodeUsage(usage, envelope.cost()),
    ...(finish && { finish_reason: finish }),
  }
}

function outputOf({ task, providerType }: Envelope, content: Parameters<typeof jsonOutput>[0]) {
  if (task?.fn.type === 'json') {
    const { raw, parsed } = jsonOutput(content, task.outputSchema)
    return { output: { raw, parsed } }
  }
  return { content: outputBlocks(content, task?.tools.schemas ?? new Map(), providerType) }
}

function namesOf({ id, episodeId, task }: Envelope): JsonObject {
  return { inference_id: id, episode_id: episodeId, variant_name: task?.variantName ?? '' }
}

function encodeUsage(usage: Usage | null, cost: number | null): JsonObject {
  return {
    input_tokens: usage && totalInput(usage),
    output_tokens: usage && totalOutput(usage),
    ...(usage && usage.cacheRead !== null && { provider_cache_read_input_tokens: usage.cacheRead }),
    ...(usage &&
      usage.cacheWrite !== null && { provider_cache_write_input_tokens: usage.cacheWrite }),
    cost,
  }
}

/** Parts → chunks; finish reason and usage come last, together. */
class NativeChunks implements StreamEncoder {
  readonly #envelope: Envelope
  readonly #calls = new Map<number, { id: string; name: string }>()
  #usage: Usage | null = null
  #finish: FinishReason | null = null
  #blocks = 0
  #last = ''

  constructor(envelope: Envelope) {
    this.#envelope = envelope
  }

  encode(parts: readonly Part[]): string {
    const content: JsonObject[] = []
    let raw = ''
    for (const part of parts) {
      if (part.type === 'usage') this.#usage = part.usage
      else if (part.type === 'finish') this.#finish = part.reason
      else if (part.type === 'text' && this.#isJson) raw += part.text
      else if (!this.#isJson) content.push(...this.#chunk(part))
    }
    if (this.#isJson) return raw === '' ? '' : this.#event({ raw })
    return content.length === 0 ? '' : this.#event({ content })
  }

  end(): string {
    const usage = encodeUsage(this.#usage, this.#envelope.cost())
    const last = this.#event({
      ...(this.#isJson ? { raw: '' } : { content: [] }),
      usage,
      ...(this.#finish && { finish_reason: this.#finish }),
    })
    return last + formatEvent('[DONE]')
  }

  get #isJson(): boolean {
    return this.#envelope.task?.fn.type === 'json'
  }

  #event(body: JsonObject): string {
    return formatEvent(JSON.stringify({ ...namesOf(this.#envelope), ...body }))
  }

  #chunk(part: Part): JsonObject[] {
    switch (part.type) {
      case 'text':
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
      case 'unknown':
        return [{ type: 'unknown', id: this.#block(`unknown ${this.#blocks}`), data: part.data }]
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
