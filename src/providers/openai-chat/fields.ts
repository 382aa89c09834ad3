import type { FileBlock, TextBlock } from '../../domain/chat.ts'
import type { Json, JsonObject } from '../../lib/json.ts'

export const WIRE = 'openai_chat'

/** Fields that have a value. */
export function withoutUndefined(fields: Record<string, Json | undefined>): JsonObject {
  const kept = Object.entries(fields).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  )
  return Object.fromEntries(kept)
}

/** Where a prompt is worth caching, in OpenAI's words, alike in both of its formats. */
export function breakpointOf({ breakpoint }: TextBlock | FileBlock): JsonObject {
  return breakpoint ? { prompt_cache_breakpoint: breakpoint } : {}
}
