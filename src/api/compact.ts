import type { Json, JsonObject } from '../lib/json.ts'

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Fields that have a value. */
export function compact<T extends object>(fields: T): Present<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is left has no undefined
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>
}

/** The same for JSON. */
export function withoutUndefined(fields: Record<string, Json | undefined>): JsonObject {
  const kept = Object.entries(fields).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  )
  return Object.fromEntries(kept)
}
