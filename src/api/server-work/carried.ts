import type { Block } from '../../domain/chat.ts'
import { type Own, ownFields } from '../../domain/own-fields.ts'
import { asObject, asString, fieldsBeside, type JsonObject, objectsIn } from '../../lib/json.ts'
import { withPieces } from '../../lib/json-pieces.ts'
import { askedOf } from './asked.ts'

/** The field that holds a provider's own blocks beside what we made of them for another's clients. */
export const FIELD = 'weir'
const QUOTED = `"${FIELD}"`

/** Whether a body may hold such a field: most do not, and need not be looked through. */
export function mayCarry(latin1: string): boolean {
  return latin1.includes(QUOTED)
}

/** Blocks as a client brings them back; without any: there are none to bring back beside. */
export function carry(wire: string, ...blocks: readonly JsonObject[]): JsonObject {
  return { [FIELD]: { wire, blocks: [...blocks] } }
}

/** The provider's own blocks in what a client brings back; null where it is no such thing. */
export function carriedIn(holder: JsonObject): Block[] | null {
  const carried = asObject(holder[FIELD])
  const wire = asString(carried?.['wire'])
  if (!carried || wire === undefined || carried['fields']) return null
  return objectsIn(carried['blocks']).map((data): Block => ({ type: 'unknown', data, wire }))
}

/** A piece's own fields: as they were where they are of this format, else for clients to bring back. */
export function fieldsOf({ raw, wire }: Own, format: string): JsonObject {
  if (!raw || wire === format) return raw ?? {}
  // That nobody but the model calls is so everywhere.
  const direct = asObject(raw['caller'])?.['type'] === 'direct'
  const fields = direct ? fieldsBeside(raw, new Set(['caller'])) : raw
  return fields ? { [FIELD]: { wire: wire ?? '', fields } } : {}
}

/** The same from what a client brings back, in a piece or a holder beside it. */
export function fieldsIn(piece: JsonObject, format: string, holder = piece): Own {
  const carried = asObject(holder[FIELD])
  const raw = asObject(carried?.['fields'])
  return raw ? { raw, wire: asString(carried?.['wire']) ?? '' } : ownFields(piece, format)
}

/** What is said of a message is said of each of its texts. */
export function withOwn<Piece extends { readonly type: string }>(
  pieces: readonly Piece[],
  own: Own,
): readonly Piece[] {
  if (!own.raw) return pieces
  return pieces.map((piece) => (piece.type === 'text' ? { ...piece, ...own } : piece))
}

/**
 * A conversation without what is another provider's, for a provider of the client's own format; null
 * when there is nothing of that kind. `holderOf`: where a piece has such a field.
 */
export function withoutCarried(
  json: JsonObject,
  places: readonly [list: string, pieces: string],
  holderOf: (piece: JsonObject) => JsonObject | undefined = (piece) => piece,
): JsonObject | null {
  const cleaned = withPieces(json, places, (piece) => {
    const said = asObject(piece) ?? {}
    const holder = holderOf(said)
    const carried = holder && carriedIn(holder)
    const told = asObject(holder?.[FIELD])?.['fields']
    if (!carried) return [told ? withoutFields(said) : piece]
    return carried.some(isAsked) ? [withoutFields(said)] : []
  })
  return cleaned === json ? null : cleaned
}

/** What the client was to answer: call and answer stay, as such of a tool that nobody has. */
function isAsked(block: Block): boolean {
  const data = block.type === 'unknown' ? asObject(block.data) : undefined
  return data !== undefined && 'wire' in block && askedOf(data, block.wire ?? '') !== null
}

function withoutFields(piece: JsonObject): JsonObject {
  const { [FIELD]: _own, partMetadata: _camel, part_metadata: _snake, ...plain } = piece
  return plain
}
