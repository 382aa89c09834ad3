import { isUuidV7, timeOfUuidV7, uuidV7At } from '../domain/ids.ts'

/** No request to a provider begins later than this after its inference: time limits see to that. */
const LONGEST_MS = 3_600_000

/**
 * Ids of inferences that a request with this id may belong to, the first and the last: it began
 * after its inference. So it is found without an index of its own. Null for ids that tell no time.
 */
export function attemptSpan(attemptId: string): { first: string; last: string } | null {
  if (!isUuidV7(attemptId)) return null
  const first = uuidV7At(Math.max(0, timeOfUuidV7(attemptId) - LONGEST_MS))
  return { first, last: attemptId }
}
