import { setTimeout as sleep } from 'node:timers/promises'
import { askSql } from '../../src/store/sqlite/sql.ts'
import { type Spread, spread } from '../statistics.ts'
import type { Drafts } from './drafts.ts'
import { openBenchRecorder } from './recording.ts'

const DAY_MS = 86_400_000
const PAUSE_MS = 20

export interface Forgot {
  readonly rows: number
  readonly seconds: number
  /** From adding a record until it is on disk, while rows were being deleted. */
  readonly writeMs: Spread | null
}

/** Deletes what is older than `days` while records are written; `mostS`: then it is given up. */
export async function timeForgetting(
  dataDir: string,
  drafts: Drafts,
  { days, mostS }: { readonly days: number; readonly mostS: number },
): Promise<Forgot> {
  const before = Date.now() - days * DAY_MS
  const old = countBefore(dataDir, before)
  const recorder = openBenchRecorder(dataDir, { maxDays: days, maxBytes: null })
  await recorder.opened()
  const startedMs = performance.now()
  const writes: number[] = []
  let left = old
  for (let write = 0; left > 0 && performance.now() - startedMs < mostS * 1000; write += 1) {
    const { draft, bytes } = drafts.at(Date.now())
    const addedMs = performance.now()
    recorder.add(draft, bytes)
    await recorder.committed(draft.id)
    writes.push(performance.now() - addedMs)
    await sleep(PAUSE_MS)
    if (write % 500 === 499) left = countBefore(dataDir, before)
  }
  const seconds = (performance.now() - startedMs) / 1000
  await recorder.close()
  return { rows: old - countBefore(dataDir, before), seconds, writeMs: spread(writes) }
}

function countBefore(dataDir: string, at: number): number {
  const sql = `SELECT count(*) AS n FROM inferences WHERE started_ms < ${at}`
  return askSql(dataDir, sql, ({ rows }) => {
    const [first] = [...rows]
    return Number(first?.[0] ?? 0)
  })
}
