import type { InferenceRecord } from '../../domain/record.ts'
import type { Change, ChangeOutcome } from '../changes.ts'
import { quarantined } from '../quarantine.ts'
import { type RemoteBatch, type RemoteEngine, RemoteFault } from './engine.ts'

export interface Written {
  /** The ids of what cannot be stored, not even without contents. */
  readonly lost: readonly string[]
  readonly outcomes: readonly ChangeOutcome[]
}

/** Writes a batch; where something in it cannot be stored, each thing in it for itself. */
export async function writeBatch(
  engine: RemoteEngine,
  batch: RemoteBatch,
  signal: AbortSignal,
): Promise<Written> {
  const outcomes = await unlessUnfit(engine.write(batch, signal))
  if (!(outcomes instanceof RemoteFault)) return { lost: [], outcomes }
  return writeEachAlone(engine, batch, signal)
}

async function writeEachAlone(
  engine: RemoteEngine,
  { token, records, changes }: RemoteBatch,
  signal: AbortSignal,
): Promise<Written> {
  const lost: string[] = []
  for (const record of records) {
    const writes = (version: InferenceRecord, name: string) =>
      engine.write({ token: `${token}.${name}`, records: [version], changes: [] }, signal)
    const whole = await unlessUnfit(writes(record, record.id))
    if (!(whole instanceof RemoteFault)) continue
    const shell = quarantined(record.id, 'it does not fit the store.')
    const bare = await unlessUnfit(writes(shell, `${record.id}.bare`))
    if (bare instanceof RemoteFault) lost.push(record.id)
  }
  const outcomes: ChangeOutcome[] = []
  for (const [index, change] of changes.entries()) {
    outcomes.push(await changeAlone(engine, { token: `${token}.${index}`, change }, signal))
  }
  return { lost, outcomes }
}

async function changeAlone(
  engine: RemoteEngine,
  { token, change }: { readonly token: string; readonly change: Change },
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const outcomes = await unlessUnfit(
    engine.write({ token, records: [], changes: [change] }, signal),
  )
  if (outcomes instanceof RemoteFault) return { error: outcomes.message }
  return outcomes[0] ?? { error: 'it did not answer' }
}

/** The fault, when it is the data's; others are thrown on. */
async function unlessUnfit<T>(work: Promise<T>): Promise<T | RemoteFault> {
  try {
    return await work
  } catch (thrown) {
    if (thrown instanceof RemoteFault && thrown.kind === 'data') return thrown
    throw thrown
  }
}
