import type { InferenceRecord } from '../domain/record.ts'
import type { Change, ChangeOutcome } from './changes.ts'
import { interrupted, quarantined } from './quarantine.ts'
import type { Prepared, SqliteEngine } from './sqlite/engine.ts'
import { StoreFault } from './sqlite/fault.ts'

const SWEEP_ROWS = 100

/** One by one: a journal entry that does not fit must not keep the store from opening. */
export function sweepInterrupted(engine: SqliteEngine): void {
  for (;;) {
    const rows = engine.hot.interrupted(SWEEP_ROWS)
    if (rows.length === 0) return
    const lost = writeEachAlone(
      engine,
      rows.map((row) => interrupted(row.id, row.json)),
    )
    engine.hot.forget(lost)
  }
}

/** A record that cannot be stored leaves a row that says so. */
export function writeEachAlone(
  engine: SqliteEngine,
  records: readonly InferenceRecord[],
): string[] {
  return records.filter((record) => !writeAlone(engine, record)).map((record) => record.id)
}

function writeAlone(engine: SqliteEngine, record: InferenceRecord): boolean {
  for (const version of [record, quarantined(record.id, 'it does not fit the store.')]) {
    try {
      engine.commit(engine.prepare([version]), [], [])
      return true
    } catch (thrown) {
      if (!(thrown instanceof StoreFault) || thrown.kind !== 'other') throw thrown
    }
  }
  return false
}

export function changeEachAlone(engine: SqliteEngine, changes: readonly Change[]): ChangeOutcome[] {
  return changes.flatMap((change) => engine.commit(NOTHING, [], [change]))
}

const NOTHING: Prepared = []
