import { DatabaseSync } from 'node:sqlite'
import type { InferenceRecord } from '../../domain/record.ts'
import type { Change } from '../changes.ts'
import { jsonIn } from './documents.ts'
import { asFault } from './fault.ts'
import { decodeFeedback, SELECT_FEEDBACK } from './feedback.ts'
import { HotFile } from './hot-file.ts'
import { lockDirectory } from './lock.ts'
import { decodeStored, SELECT_ATTEMPTS, SELECT_INFERENCES } from './log-rows.ts'
import { type Placed, placeOf } from './payload-files.ts'
import { readNumber, readText, type Row } from '../row.ts'

export interface Salvaged {
  /** Rows that were read, those of them that were not there yet, and those that do not read. */
  readonly read: number
  readonly added: number
  readonly lost: number
  readonly others: number
}

const ROWS_AT_ONCE = 500

/**
 * Copies what still reads of a damaged `weir.db` into the store, which must not be in use: requests
 * (to their texts, which are in other files), feedback and documents. What is there stays.
 */
export function salvage(dataDir: string, damaged: string): Salvaged {
  const lock = lockDirectory(dataDir)
  try {
    const db = new DatabaseSync(damaged, { readOnly: true })
    const hot = new HotFile(dataDir)
    try {
      const rows = new Salvage(db, hot).run()
      return { ...rows, others: copyOthers(db, hot) }
    } finally {
      db.close()
      hot.close(true)
    }
  } catch (thrown) {
    throw asFault(thrown, damaged)
  } finally {
    lock.close()
  }
}

class Salvage {
  readonly #db: DatabaseSync
  readonly #hot: HotFile
  #read = 0
  #added = 0
  #lost = 0

  constructor(db: DatabaseSync, hot: HotFile) {
    this.#db = db
    this.#hot = hot
  }

  run(): { read: number; added: number; lost: number } {
    const last = lastSeq(this.#db)
    for (let low = 1; low <= last; low += ROWS_AT_ONCE) {
      this.#copy(low, Math.min(last, low + ROWS_AT_ONCE - 1))
    }
    return { read: this.#read, added: this.#added, lost: this.#lost }
  }

  /** What does not read as a whole is read in halves. */
  #copy(low: number, high: number): void {
    const rows = this.#rows(low, high)
    if (rows !== null) return this.#write(rows)
    if (low === high) {
      this.#lost++
      return
    }
    const middle = Math.floor((low + high) / 2)
    this.#copy(low, middle)
    this.#copy(middle + 1, high)
  }

  #rows(low: number, high: number): Placed[] | null {
    try {
      const rows = this.#db
        .prepare(`${SELECT_INFERENCES} WHERE i.seq BETWEEN ? AND ? ORDER BY i.seq`)
        .all(low, high)
      return rows.map((row) => ({ record: this.#record(row), place: placeOf(row) }))
    } catch {
      return null
    }
  }

  #record(row: Row): InferenceRecord {
    const { record, attemptRecords } = decodeStored(row, this.#attempts(row), null)
    return { ...record, attempts: attemptRecords }
  }

  #attempts(row: Row): Row[] {
    try {
      return this.#db.prepare(SELECT_ATTEMPTS).all(readNumber(row, 'seq'))
    } catch {
      return []
    }
  }

  #write(rows: readonly Placed[]): void {
    const missing = new Set(this.#hot.missing(rows.map(({ record }) => record)))
    const records = rows.filter(({ record }) => missing.has(record))
    this.#hot.write({ records, begun: [], changes: [] })
    this.#read += rows.length
    this.#added += records.length
  }
}

function lastSeq(db: DatabaseSync): number {
  for (const sql of [
    'SELECT max(seq) AS last FROM inference',
    'SELECT max(last_seq) AS last FROM arrival',
  ]) {
    try {
      const last = db.prepare(sql).get()?.['last']
      if (typeof last === 'number') return last
    } catch {
      // The other table may read.
    }
  }
  return 0
}

/** As far as they read, from their beginning. */
function copyOthers(db: DatabaseSync, hot: HotFile): number {
  let copied = 0
  for (const changes of [feedbackIn(db), documentsIn(db)]) {
    try {
      for (const change of changes) {
        hot.write({ records: [], begun: [], changes: [change] })
        copied++
      }
    } catch (thrown) {
      if (asFault(thrown, '').kind !== 'corrupt') throw thrown
    }
  }
  return copied
}

function* feedbackIn(db: DatabaseSync): Generator<Change> {
  for (const row of db.prepare(SELECT_FEEDBACK).iterate()) {
    yield { kind: 'feedback', feedback: decodeFeedback(row) }
  }
}

function* documentsIn(db: DatabaseSync): Generator<Change> {
  for (const row of db.prepare('SELECT collection, key, value FROM document').iterate()) {
    const value = jsonIn(readText(row, 'value'))
    yield {
      kind: 'claim',
      collection: readText(row, 'collection'),
      key: readText(row, 'key'),
      value,
    }
  }
}
