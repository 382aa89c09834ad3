import type { Part } from '../../domain/chat.ts'
import { asNumber, asObject, type JsonObject } from '../../lib/json.ts'

/**
 * Anthropic's counts are disjoint already, but for thinking, which is part of the output. What was
 * written to the cache is told by its life where the answer says so.
 */
export function usagePart(raw: JsonObject): Part {
  const written = asNumber(raw['cache_creation_input_tokens']) ?? null
  const byLife = asObject(raw['cache_creation'])
  const hour = asNumber(byLife?.['ephemeral_1h_input_tokens']) ?? null
  const output = asNumber(raw['output_tokens']) ?? null
  const details = asObject(raw['output_tokens_details'])
  const thinking = asNumber(details?.['thinking_tokens']) ?? null
  const cost = asNumber(raw['cost'])
  return {
    type: 'usage',
    usage: {
      input: asNumber(raw['input_tokens']) ?? null,
      cacheRead: asNumber(raw['cache_read_input_tokens']) ?? null,
      cacheWrite: written === null ? null : Math.max(0, written - (hour ?? 0)),
      cacheWrite1h: hour,
      audioInput: null,
      imageInput: null,
      output: output === null ? null : Math.max(0, output - (thinking ?? 0)),
      reasoning: thinking,
      audioOutput: null,
    },
    raw,
    ...(cost !== undefined && { reportedCost: cost }),
  }
}
