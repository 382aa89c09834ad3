import type { Json, JsonObject } from '../../lib/json.ts'

/** Fields that have a value. */
export function withoutUndefined(fields: Record<string, Json | undefined>): JsonObject {
  const kept = Object.entries(fields).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  )
  return Object.fromEntries(kept)
}
