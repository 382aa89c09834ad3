import { asObject, type Json } from '../../lib/json.ts'

/** Words of JSON Schema whose values are data, not schemas. */
const DATA = new Set(['enum', 'const', 'default', 'examples', 'required'])

/** Claude takes a schema only if each object in it says that it has no further fields. */
export function closedSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closedSchema)
  const object = asObject(schema)
  if (!object) return schema
  const closed = Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      DATA.has(key) ? value : closedSchema(value),
    ]),
  )
  if (object['type'] !== 'object' || 'additionalProperties' in object) return closed
  return { ...closed, additionalProperties: false }
}
