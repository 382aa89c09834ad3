import { asArray, asObject, type Json, type JsonObject } from './json.ts'

/**
 * A conversation with other pieces in its turns: `become` says what becomes of each, none or some. A
 * turn without a list of pieces is one itself; a turn of which nothing is left goes too. Gives back
 * what it got where all stays as it was.
 */
export function withPieces(
  json: JsonObject,
  [list, pieces]: readonly [list: string, pieces: string],
  become: (piece: Json) => Json[],
): JsonObject {
  const turns = asArray(json[list])
  const changed = changedList(turns, (turn) => {
    const said = asObject(turn)
    const inner = said?.[pieces]
    if (!said || !Array.isArray(inner)) return become(turn)
    const kept = changedList(inner, become)
    if (kept === inner) return [turn]
    return kept.length > 0 ? [{ ...said, [pieces]: [...kept] }] : []
  })
  return changed === turns ? json : { ...json, [list]: [...changed] }
}

function changedList(list: readonly Json[], become: (each: Json) => Json[]): readonly Json[] {
  const changed = list.flatMap(become)
  const isSame = changed.length === list.length && changed.every((each, at) => each === list[at])
  return isSame ? list : changed
}
