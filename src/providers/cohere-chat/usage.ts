import type { Part } from '../../domain/chat.ts'
import { UNKNOWN_USAGE, type Usage } from '../../domain/usage.ts'
import { asNumber, asObject, type Json, type JsonObject } from '../../lib/json.ts'

export function usagePart(value: Json | undefined): Part[] {
  const raw = asObject(value)
  return raw ? [{ type: 'usage', usage: readUsage(raw), raw }] : []
}

/**
 * All tokens the model read and wrote; cached and reasoning ones are among them. What is billed is
 * fewer (the prompt's frame is free): it stands in for them only where they are not told.
 */
export function readUsage(raw: JsonObject): Usage {
  const tokens = asObject(raw['tokens']) ?? {}
  const billed = asObject(raw['billed_units']) ?? {}
  const read = count(tokens['input_tokens']) ?? count(billed['input_tokens'])
  const written = count(tokens['output_tokens']) ?? count(billed['output_tokens'])
  const [input, cacheRead] = split(read, count(raw['cached_tokens']))
  const [output, reasoning] = split(written, count(tokens['reasoning_tokens']))
  const imageInput = count(billed['image_tokens'])
  return { ...UNKNOWN_USAGE, input, cacheRead, imageInput, output, reasoning }
}

/** A total without a part of it, and that part: together never more than was said. */
function split(total: number | null, part: number | null): [number | null, number | null] {
  if (total === null || part === null) return [total, part]
  const taken = Math.min(total, part)
  return [total - taken, taken]
}

function count(value: Json | undefined): number | null {
  const number = asNumber(value)
  return number === undefined || number < 0 ? null : number
}
