import type { InferenceRecord } from '../domain/record.ts'
import { rest } from '../lib/rest.ts'
import { quarantined } from './quarantine.ts'

/** Behind a batch with so many others may wait already: then there is no time to rest. */
const BUSY_ROWS = 64

/** Reads a draft: the expensive part. What it throws costs that one record its contents. */
export type Complete<Draft> = (draft: Draft) => InferenceRecord

/** The records of a batch, with a moment between them for threads that somebody waits for. */
export function readDrafts<Draft extends { readonly id: string }>(
  drafts: readonly Draft[],
  complete: Complete<Draft>,
): InferenceRecord[] {
  const isBusy = drafts.length >= BUSY_ROWS
  return drafts.map((draft) => {
    if (!isBusy) rest()
    return readDraft(draft, complete)
  })
}

function readDraft<Draft extends { readonly id: string }>(
  draft: Draft,
  complete: Complete<Draft>,
): InferenceRecord {
  try {
    return complete(draft)
  } catch (thrown) {
    return quarantined(draft.id, thrown instanceof Error ? thrown.message : String(thrown))
  }
}
