import type { Part } from '../../domain/chat.ts'
import { restOf } from '../../domain/usage.ts'
import { asNumber, asObject, type JsonObject } from '../../lib/json.ts'

/** Totals with their parts inside: what is left of each is the rest. */
export function usagePart(raw: JsonObject): Part {
  const inputs = asObject(raw['input_tokens_details']) ?? {}
  const outputs = asObject(raw['output_tokens_details']) ?? {}
  const cacheRead = count(inputs, 'cached_tokens')
  const cacheWrite = count(inputs, 'cache_write_tokens') ?? count(inputs, 'cache_creation_tokens')
  const audioInput = count(inputs, 'audio_tokens')
  const reasoning = count(outputs, 'reasoning_tokens')
  const audioOutput = count(outputs, 'audio_tokens')
  const cost = asNumber(raw['cost'])
  return {
    type: 'usage',
    usage: {
      input: restOf(count(raw, 'input_tokens'), [cacheRead, cacheWrite, audioInput]),
      cacheRead,
      cacheWrite,
      cacheWrite1h: null,
      audioInput,
      imageInput: null,
      output: restOf(count(raw, 'output_tokens'), [reasoning, audioOutput]),
      reasoning,
      audioOutput,
    },
    raw,
    ...(cost !== undefined && { reportedCost: cost }),
  }
}

function count(object: JsonObject, key: string): number | null {
  return asNumber(object[key]) ?? null
}
