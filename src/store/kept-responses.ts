import { within } from '../lib/within.ts'
import type { Recorder } from './recorder.ts'
import type { LogReader, StoredInference } from './store.ts'

/** Answers that clients may ask for again by name: rows of the log, no copies. */
export interface KeptResponses {
  /** What was answered before the call is found, written or not yet. */
  find(responseId: string): Promise<StoredInference | null>
  /** Throws when it cannot be written down. */
  forget(responseId: string): Promise<void>
}

/** While nothing can be written, what waits in memory is not found. */
const PATIENCE_MS = 3000

export function keptResponses(
  recorder: Pick<Recorder<never>, 'flush' | 'change'>,
  reader: Pick<LogReader, 'byResponse'>,
): KeptResponses {
  return {
    find: async (responseId) => {
      const found = await reader.byResponse(responseId)
      if (found) return found
      await within(recorder.flush(), PATIENCE_MS)
      return reader.byResponse(responseId)
    },
    forget: async (responseId) => {
      await recorder.change({ kind: 'forget_response', responseId })
    },
  }
}
