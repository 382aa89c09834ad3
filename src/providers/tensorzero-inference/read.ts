import { finishReasonIn, type Part } from '../../domain/chat.ts'
import { restOf, UNKNOWN_USAGE } from '../../domain/usage.ts'
import {
  asNumber,
  asObject,
  asString,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { readError } from '../openai-chat/errors.ts'
import type { Decoder } from '../provider.ts'

/** A whole answer. */
export function readInference(body: JsonObject): Part[] {
  const blocks = new Blocks()
  const content = objectsIn(body['content']).flatMap((block) => blocks.begin(block))
  return [...content, ...endOf(body)]
}

/** Reads one stream: each chunk has pieces of blocks, the last one what it used and why it ended. */
export class InferenceDecoder implements Decoder {
  done = false
  readonly #blocks = new Blocks()

  push({ data }: SseEvent): Part[] {
    if (data === '[DONE]') {
      this.done = true
      return []
    }
    const chunk = asObject(parseJson(data))
    if (!chunk) return []
    const failure = chunk['error'] === undefined ? null : readError(chunk)
    if (failure) return [{ type: 'error', error: failure }]
    const content = objectsIn(chunk['content']).flatMap((piece) => this.#blocks.piece(piece))
    return [...content, ...endOf(chunk)]
  }
}

/** Which block a piece belongs to: the calls are numbered as they come. */
class Blocks {
  readonly #calls = new Map<string, number>()
  #last = ''

  /** A whole block. */
  begin(block: JsonObject): Part[] {
    this.#last = ''
    return this.#read(block)
  }

  /** A piece of a block, which its id tells. */
  piece(block: JsonObject): Part[] {
    const id = `${asString(block['type'])} ${asString(block['id'])}`
    if (id !== this.#last && block['type'] !== 'tool_call') this.#last = ''
    const parts = this.#read(block)
    this.#last = id
    return parts
  }

  #read(block: JsonObject): Part[] {
    const begins = this.#last === '' ? ({ begins: true } as const) : {}
    switch (block['type']) {
      case 'text':
        return [{ type: 'text', text: asString(block['text']) ?? '', ...begins }]
      case 'tool_call':
        return this.#call(block)
      case 'thought':
        return thoughtOf(block, begins)
      default: {
        const data = asObject(block['data'])
        return data ? [{ type: 'unknown', data, wire: 'tensorzero_inference' }] : []
      }
    }
  }

  #call(block: JsonObject): Part[] {
    const id = asString(block['id']) ?? ''
    const known = this.#calls.get(id)
    const index = known ?? this.#calls.size
    this.#calls.set(id, index)
    const name = asString(block['raw_name']) ?? ''
    const text = asString(block['raw_arguments']) ?? ''
    return [
      ...(known === undefined ? [{ type: 'tool_call', index, id, name } as const] : []),
      ...(text === '' ? [] : [{ type: 'tool_arguments', index, text } as const]),
    ]
  }
}

function thoughtOf(block: JsonObject, begins: { readonly begins?: true }): Part[] {
  const signature = asString(block['signature'])
  const extra = asObject(block['extra_data'])
  const data = asString(extra?.['data'])
  const details = objectsIn(extra?.['reasoning_details'])
  const summaries = objectsIn(block['summary']).flatMap(({ text }) => asString(text) ?? [])
  const piece = asString(block['summary_text'])
  const text = asString(block['text'])
  const whole: Part = {
    type: 'reasoning',
    text: text ?? '',
    ...begins,
    ...(signature !== undefined && { signature }),
    ...(data !== undefined && { data }),
    ...(details.length > 0 && { details }),
  }
  const summary = (piece === undefined ? summaries : [piece]).map(summaryPart)
  const isEmpty = text === undefined && signature === undefined && !extra && summary.length > 0
  return isEmpty ? summary : [whole, ...summary]
}

function summaryPart(text: string, place: number): Part {
  const part = { type: 'reasoning', text, summary: true } as const
  return place > 0 ? { ...part, paragraph: true } : part
}

function endOf(body: JsonObject): Part[] {
  const usage = asObject(body['usage'])
  const reason = asString(body['finish_reason'])
  return [
    ...(usage ? [usageOf(usage)] : []),
    ...(reason === undefined
      ? []
      : [{ type: 'finish', reason: finishReasonIn(reason) ?? 'unknown', raw: reason } as const]),
  ]
}

function usageOf(raw: JsonObject): Part {
  const cacheRead = asNumber(raw['provider_cache_read_input_tokens']) ?? null
  const cacheWrite = asNumber(raw['provider_cache_write_input_tokens']) ?? null
  const cost = asNumber(raw['cost'])
  return {
    type: 'usage',
    usage: {
      ...UNKNOWN_USAGE,
      input: restOf(asNumber(raw['input_tokens']) ?? null, [cacheRead, cacheWrite]),
      cacheRead,
      cacheWrite,
      output: asNumber(raw['output_tokens']) ?? null,
    },
    ...(cost !== undefined && { reportedCost: cost }),
    raw,
  }
}
