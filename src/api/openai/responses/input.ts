import { type Json, type JsonObject, objectsIn } from '../../../lib/json.ts'

/** The `input` of a request as items: a text is what the user says. */
export function inputOf(input: Json | undefined): JsonObject[] {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : objectsIn(input)
}
