/** Anything JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** Parses text that is JSON; undefined when it is not. */
export function parseJson(text: string): Json | undefined {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse makes nothing else
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- callers pass parsed JSON only
  return value as JsonObject
}

export function asArray(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : []
}

/** The objects in an array; what is no object is left out. */
export function objectsIn(value: unknown): JsonObject[] {
  const objects: JsonObject[] = []
  for (const item of asArray(value)) {
    const object = asObject(item)
    if (object) objects.push(object)
  }
  return objects
}

export function asString(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function asNumber(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The fields of `object` whose names are not in `known`; undefined when there are none. */
export function fieldsBeside(
  object: JsonObject,
  known: ReadonlySet<string>,
): JsonObject | undefined {
  let rest: JsonObject | undefined
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (known.has(key) || value === undefined) continue
    rest ??= Object.create(null)
    if (rest) rest[key] = value
  }
  return rest
}

/** Whether a value nests deeper than `limit`: such values break recursive code later on. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (limit === 0) return true
  // Each kind by its own kind of loop: a list of an object's values is made at three times the cost.
  if (Array.isArray(value)) {
    for (const inner of value) if (isDeeperThan(inner, limit - 1)) return true
    return false
  }
  const object = asObject(value) ?? {}
  for (const key in object) if (isDeeperThan(object[key], limit - 1)) return true
  return false
}

export function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}
