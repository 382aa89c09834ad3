import type { Batch } from '../domain/batch.ts'
import { pollBatch } from '../engine/batches/poll-batch.ts'
import type { Engine } from '../engine/engine.ts'
import type { StoreClient } from '../store/client.ts'
import type { StoredInference } from '../store/store.ts'

/** A batch as it stands, and those of its answers that are there. */
export interface BatchReport {
  readonly batch: Batch
  readonly answers: readonly StoredInference[]
  /** Why there is none, by the request's id. */
  readonly failures: Batch['failures']
}

/** Asks after a batch, or after one of its requests. Throws `GatewayError`. */
export async function askAfterBatch(
  engine: Engine,
  stored: StoreClient,
  wanted: { readonly batchId: string; readonly inferenceId: string | null },
): Promise<BatchReport> {
  const batch = await pollBatch(engine, stored, wanted)
  const { inferenceId } = wanted
  const ids = inferenceId === null ? batch.inferenceIds : [inferenceId]
  const failed = ids.flatMap((id) => {
    const why = batch.failures[id]
    return why === undefined ? [] : [[id, why] as const]
  })
  const answered = ids.filter((id) => batch.failures[id] === undefined)
  const answers = batch.status === 'completed' ? await readEach(stored, answered) : []
  return { batch, answers, failures: Object.fromEntries(failed) }
}

const AT_ONCE = 50

async function readEach({ reads }: StoreClient, ids: readonly string[]) {
  const found: StoredInference[] = []
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = await Promise.all(ids.slice(start, start + AT_ONCE).map((id) => reads.get(id)))
    found.push(...some.filter((each) => each !== null))
  }
  return found
}
