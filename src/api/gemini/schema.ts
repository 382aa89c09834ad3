import { asObject, type Json } from '../../lib/json.ts'

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
