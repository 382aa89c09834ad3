import type { InferencePage, InferenceQuery } from '../domain/inference-query.ts'
import type { StoreClient } from '../store/client.ts'
import type { FoundInference } from '../store/inference-reads.ts'
import { upToNow } from './up-to-now.ts'

/** As many whole inferences as one answer of the store may hold. */
const AT_ONCE = 500

/**
 * Those of the page, asked for in pieces where their order allows it. One that was answered before
 * the call is among them, written or not yet.
 */
export async function findEach(
  stored: StoreClient,
  query: InferenceQuery,
  page: InferencePage,
): Promise<FoundInference[]> {
  await upToNow(stored)
  const { order, limit, after } = page
  const [first] = order
  const newestFirst = first === undefined || (first.by === 'time' && first.descending)
  if (!newestFirst || after !== undefined) return stored.reads.inferences(query, page)
  const found: FoundInference[] = []
  let next = page
  while (found.length < limit) {
    const wanted = Math.min(AT_ONCE, limit - found.length)
    const piece = await stored.reads.inferences(query, { ...next, limit: wanted })
    found.push(...piece)
    const last = piece.at(-1)
    if (last === undefined || piece.length < wanted) break
    next = { order, limit, before: last.id }
  }
  return found
}
