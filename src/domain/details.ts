import { asNumber, asString, type JsonObject } from '../lib/json.ts'

/**
 * Pieces of reasoning (OpenRouter's `reasoning_details`) as the thoughts they are of: nothing may be
 * joined to a piece that is signed or encrypted, and what has another id or number is another thought.
 */
export function groupDetails(
  details: readonly JsonObject[],
  before: readonly JsonObject[] = [],
): JsonObject[][] {
  const groups: JsonObject[][] = before.length > 0 ? [[...before]] : []
  for (const detail of details) {
    const last = groups.at(-1)
    if (last && belongs(last, detail)) last.push(detail)
    else groups.push([detail])
  }
  return groups
}

function belongs(group: readonly JsonObject[], detail: JsonObject): boolean {
  if (group.some((each) => asString(each['signature']) || asString(each['data']))) return false
  const ids = [...group, detail].flatMap((each) => asString(each['id']) ?? [])
  if (new Set(ids).size > 1) return false
  return asNumber(detail['index']) === asNumber(group[0]?.['index'])
}
