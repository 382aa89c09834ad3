import { asObject, asString, type Json, type JsonObject } from '../../lib/json.ts'
import { withPieces } from '../../lib/json-pieces.ts'

/**
 * A conversation in this format without thoughts that our answers marked as others': their secrets
 * stand where Gemini looks for a signature of its own. Gives back what it got where there are none.
 */
export function withOwnThoughts(body: JsonObject): JsonObject {
  return withPieces(body, ['contents', 'parts'], (part) => (isForeign(part) ? [] : [part]))
}

function isForeign(part: Json): boolean {
  const { thought, partMetadata: camel, part_metadata: snake } = asObject(part) ?? {}
  const marks = asObject(asObject(camel ?? snake)?.['weir'])
  if (thought !== true || !marks) return false
  return marks['encrypted'] === true || !/gemini/.test(asString(marks['format']) ?? 'gemini')
}
