import type { Part } from '../../domain/chat.ts'
import { UNKNOWN_USAGE } from '../../domain/usage.ts'
import { asNumber, asObject, type JsonObject } from '../../lib/json.ts'
import { costIn, split } from '../openai-chat/usage.ts'

/** Totals with their parts inside: what is left of each is the rest, and never less than nothing. */
export function usagePart(raw: JsonObject): Part {
  const inputs = asObject(raw['input_tokens_details']) ?? {}
  const outputs = asObject(raw['output_tokens_details']) ?? {}
  const [input, [cacheRead = null, cacheWrite = null, audioInput = null, imageInput = null]] =
    split(count(raw, 'input_tokens'), [
      count(inputs, 'cached_tokens') ?? count(inputs, 'cache_read_input_tokens'),
      count(inputs, 'cache_write_tokens') ??
        count(inputs, 'cache_creation_tokens') ??
        count(inputs, 'cache_creation_input_tokens'),
      count(inputs, 'audio_tokens'),
      count(inputs, 'image_tokens'),
    ])
  const [output, [reasoning = null, audioOutput = null]] = split(count(raw, 'output_tokens'), [
    count(outputs, 'reasoning_tokens'),
    count(outputs, 'audio_tokens'),
  ])
  const cost = costIn(raw)
  return {
    type: 'usage',
    usage: {
      ...UNKNOWN_USAGE,
      input,
      cacheRead,
      cacheWrite,
      audioInput,
      imageInput,
      output,
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
