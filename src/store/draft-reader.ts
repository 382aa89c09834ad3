import type { MessagePort } from 'node:worker_threads'
import type { InferenceRecord } from '../domain/record.ts'
import { type Complete, readDrafts } from './read-drafts.ts'
import { packRecords, type Segment } from './sqlite/payload-files.ts'
import { SegmentPacker } from './sqlite/segment.ts'
import { withoutTexts } from './without-texts.ts'

/** A batch's drafts, read: their rows, and apart from these their texts, packed in the same order. */
export interface PackedDrafts {
  readonly records: readonly InferenceRecord[]
  readonly segments: readonly Segment[]
}

/** What a thread says first: from now on it reads. */
export const READY = 'ready'

/** Answers every list of drafts, in their order: the work of a thread that helps the writer's. */
export function readForWriter<Draft extends { readonly id: string }>(
  port: MessagePort,
  complete: Complete<Draft>,
): void {
  const packer = new SegmentPacker()
  port.on('message', (drafts: readonly Draft[]) => {
    const records = readDrafts(drafts, complete)
    const segments = packRecords(records, packer)
    port.postMessage({ segments, records: records.map(withoutTexts) } satisfies PackedDrafts, [])
  })
  port.postMessage(READY, [])
}
