import { asObject, type Json, type JsonObject } from '../../lib/json.ts'

/** Google's own schemas write types in capitals (`OBJECT`); JSON Schema does not. */
export function lowered(schema: Json | undefined): Json | undefined {
  if (Array.isArray(schema)) return schema.map((each) => lowered(each) ?? null)
  const object = asObject(schema)
  if (!object) return schema
  const entries = Object.entries(object).map(([key, value]) => {
    const type = key === 'type' && typeof value === 'string' ? value.toLowerCase() : null
    return [key, type ?? lowered(value) ?? null] as const
  })
  return Object.fromEntries(entries)
}

/** Google takes each field in either spelling (`max_output_tokens`); ours is the first. */
export function camel(object: JsonObject): JsonObject {
  const entries = Object.entries(object).map(([key, value]) => [
    key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(entries)
}
