import { asNumber, type JsonObject } from '../../lib/json.ts'

/**
 * Blocks that came back in `tensorzero_extra_content`: each in its place among the message's blocks,
 * those without one in front. Source: spec §2.3.
 */
export function withExtra<Given, Extra>(
  blocks: readonly Given[],
  extra: readonly JsonObject[],
  decode: (given: JsonObject) => Extra,
): (Given | Extra)[] {
  const all: (Given | Extra)[] = [...blocks]
  const placed = extra
    .flatMap((given) => {
      const index = asNumber(given['insert_index'])
      return index === undefined ? [] : [{ index, block: decode(given) }]
    })
    .toSorted((one, other) => one.index - other.index)
  for (const { index, block } of placed) all.splice(Math.min(index, all.length), 0, block)
  const unplaced = extra.filter((given) => asNumber(given['insert_index']) === undefined)
  return [...unplaced.map(decode), ...all]
}
