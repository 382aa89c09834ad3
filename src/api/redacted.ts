import type { JsonObject } from '../lib/json.ts'

/** A body for the record: what the client sent, but no key of anybody's, where these fields hold such. */
export function redacted(json: JsonObject, ...fields: readonly string[]): Buffer {
  const hidden = fields.filter((field) => field in json)
  const masks = Object.fromEntries(hidden.map((field) => [field, '[redacted]']))
  return Buffer.from(JSON.stringify({ ...json, ...masks }))
}
