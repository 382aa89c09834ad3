import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { BATCH_DIALECT, type InferenceRecord } from '../../domain/record.ts'
import type { Change, ChangeOutcome } from '../changes.ts'
import { CacheFile } from './cache-file.ts'
import { ChangeWriter } from './change-writer.ts'
import {
  closeDatabase,
  cutLog,
  type Layout,
  openForWriting,
  transact,
  usedBytes,
} from './database.ts'
import { guarded } from './fault.ts'
import { HOT_FILE, HOT_MIGRATIONS, SLOT_MS } from './hot-schema.ts'
import { HotTrash } from './hot-trash.ts'
import type { Values } from './hot-values.ts'
import { attemptValues, inferenceValues } from './hot-values.ts'
import { Interner } from './interner.ts'
import type { Place, Placed } from './payload-files.ts'
import { type Fact, factOfAttempt, factOfInference } from './rollup-facts.ts'
import { RollupWriter } from './rollup-writer.ts'
import { readBytes, whole } from '../row.ts'
import { decodeId, encodeId } from './values.ts'

const CACHE_KIB = 8192
export const HOT_LAYOUT: Layout = {
  migrations: HOT_MIGRATIONS,
  cacheKib: CACHE_KIB,
  shrinks: true,
}
/** Readers that take long let the log grow: then it is cut as soon as they are done. */
const LONG_LOG_BYTES = 64 * 1024 * 1024

/** The writer's side of `weir.db`. Whatever it throws is a `StoreFault` of that file. */
export class HotFile {
  readonly path: string
  /** The last writer of this file did not close it. */
  readonly unclean: boolean
  readonly #db: DatabaseSync
  readonly #statements: Statements
  readonly #changes: ChangeWriter
  readonly #rollups: RollupWriter
  readonly #trash: HotTrash
  readonly #cache: CacheFile
  #insertInference: StatementSync | undefined
  #insertAttempt: StatementSync | undefined
  #nextSeq: number
  /** Ids in `open_request`, so that most records need no look-up there. */
  #open: Set<string>

  constructor(dataDir: string) {
    this.path = join(dataDir, HOT_FILE)
    const db = openForWriting(this.path, HOT_LAYOUT)
    this.#db = db
    this.#cache = new CacheFile(dataDir)
    try {
      const { dims } = (this.#statements = guarded(this.path, () => prepareAll(db)))
      this.#rollups = guarded(this.path, () => new RollupWriter(db))
      this.#trash = new HotTrash(db, () => this.#statements.tags.forget())
      this.#changes = guarded(
        this.path,
        () => new ChangeWriter(db, dims.number.bind(dims), this.#cache),
      )
      const start = guarded(this.path, () => this.#start())
      this.unclean = start.unclean
      this.#nextSeq = start.nextSeq
      this.#open = start.open
    } catch (thrown) {
      db.close()
      throw thrown
    }
  }

  /** The records that are not here yet, each once. */
  missing(records: readonly InferenceRecord[]): InferenceRecord[] {
    return guarded(this.path, () => {
      const byId = new Map<string, InferenceRecord>()
      for (const record of records) {
        if (!byId.has(record.id) && !this.#has(record.id)) byId.set(record.id, record)
      }
      return [...byId.values()]
    })
  }

  /** One commit. Returns how the changes went, which come after the records. */
  write({ records, begun, changes }: HotBatch): ChangeOutcome[] {
    return guarded(this.path, () => {
      const open = new Set(this.#open)
      let outcomes: ChangeOutcome[] = []
      try {
        transact(this.#db, () => {
          for (const record of begun) this.#journal(record, open)
          const facts = records.flatMap(({ record, place }, index) => {
            if (open.delete(record.id)) this.#statements.deleteOpen.run(encodeId(record.id))
            return this.#insert(record, this.#nextSeq + index, place)
          })
          this.#rollups.write(facts)
          this.#noteArrivals(records)
          outcomes = changes.map((change) => this.#changes.apply(change))
        })
      } catch (thrown) {
        this.#forgetNames()
        throw thrown
      }
      if (outcomes.some((outcome) => 'error' in outcome)) this.#forgetNames()
      this.#nextSeq += records.length
      this.#open = open
      return outcomes
    })
  }

  /** Adds some of the rows from before there were sums to them. False when that is done. */
  catchUp(): boolean {
    return guarded(this.path, () => this.#rollups.catchUp())
  }

  /** Adds an hour that is over to the sums of days. False when there is none. */
  closeHour(now: number): boolean {
    return guarded(this.path, () => this.#rollups.closeHour(now))
  }

  /** Moves a long log into the file, unless a reader still needs it. True when that was done. */
  cutLog(): boolean {
    return guarded(this.path, () => {
      const size = statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size ?? 0
      return size > LONG_LOG_BYTES && cutLog(this.#db)
    })
  }

  usedBytes(): number {
    return guarded(this.path, () => usedBytes(this.#db))
  }

  trash<T>(work: (trash: HotTrash) => T): T {
    return guarded(this.path, () => work(this.#trash))
  }

  /** Up to `limit` requests that had begun when the last process ended; done ones are cleared. */
  interrupted(limit: number): { id: string; json: string | null }[] {
    return guarded(this.path, () => {
      // Looked up one by one: a list of all ids would take seconds to make of millions.
      this.#db.exec(
        `DELETE FROM open_request
         WHERE EXISTS (SELECT 1 FROM inference i WHERE i.id = open_request.id)`,
      )
      const rows = this.#db.prepare('SELECT id, record FROM open_request LIMIT ?').all(limit)
      return rows.map((row) => ({
        id: decodeId(row['id']),
        json: unpackOrNull(readBytes(row, 'record')),
      }))
    })
  }

  /** Drops journal entries. */
  forget(ids: readonly string[]): void {
    guarded(this.path, () => {
      for (const id of ids) {
        this.#statements.deleteOpen.run(encodeId(id))
        this.#open.delete(id)
      }
    })
  }

  /** `clean` false: after a fault, when nothing more should be written. */
  close(clean: boolean): void {
    this.#cache.close()
    if (!clean) return this.#db.close()
    try {
      this.#db.exec("UPDATE meta SET value = '1' WHERE key = 'closed'")
    } finally {
      closeDatabase(this.#db)
    }
  }

  /** Rows made in what was rolled back are gone. */
  #forgetNames(): void {
    this.#statements.dims.forget()
    this.#statements.tags.forget()
  }

  #start(): { unclean: boolean; nextSeq: number; open: Set<string> } {
    const closed = this.#db.prepare("SELECT value FROM meta WHERE key = 'closed'").get()?.['value']
    const last = this.#db.prepare('SELECT max(seq) AS seq FROM inference').get()?.['seq']
    const open = this.#db.prepare('SELECT id FROM open_request').all()
    this.#db.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('closed', '0')")
    return {
      unclean: closed === '0',
      nextSeq: Number(last ?? 0) + 1,
      open: new Set(open.map((row) => decodeId(row['id']))),
    }
  }

  /** Returns what it adds to the sums. */
  #insert(record: InferenceRecord, seq: number, place: Place): Fact[] {
    const intern = this.#statements.dims.number.bind(this.#statements.dims)
    const values = inferenceValues(record, { seq, place }, intern)
    this.#insertInference ??= prepareInsert(this.#db, 'inference', values)
    this.#insertInference.run(...Object.values(values))
    const attempts = record.attempts.map((attempt, position) =>
      attemptValues(attempt, { seq, position }, intern),
    )
    for (const row of attempts) {
      this.#insertAttempt ??= prepareInsert(this.#db, 'attempt', row)
      this.#insertAttempt.run(...Object.values(row))
    }
    for (const [key, value] of Object.entries(record.tags)) {
      this.#statements.insertTag.run(this.#statements.tags.number(key, value), seq)
    }
    this.#changes.arrived(record)
    const batched = record.dialect === BATCH_DIALECT
    return [
      factOfInference(values, { cached: attempts.at(-1)?.['cached'] === 1, batched }),
      ...attempts.map((attempt) => factOfAttempt(attempt, values, batched)),
    ]
  }

  #noteArrivals(records: readonly Placed[]): void {
    const slots = new Map<number, { first: number; last: number }>()
    for (const [index, { record }] of records.entries()) {
      const slot = Math.floor(whole(record.startedAt) / SLOT_MS)
      const last = this.#nextSeq + index
      slots.set(slot, { first: slots.get(slot)?.first ?? last, last })
    }
    for (const [slot, { first, last }] of slots) {
      this.#statements.insertArrival.run(slot, first, last)
    }
  }

  #has(id: string): boolean {
    return this.#statements.findId.get(encodeId(id)) !== undefined
  }

  #journal(record: InferenceRecord, open: Set<string>): void {
    if (this.#has(record.id)) return
    this.#statements.insertOpen.run(encodeId(record.id), zstdCompressSync(JSON.stringify(record)))
    open.add(record.id)
  }
}

/** What goes into the file at once. */
export interface HotBatch {
  readonly records: readonly Placed[]
  readonly begun: readonly InferenceRecord[]
  readonly changes: readonly Change[]
}

type Statements = ReturnType<typeof prepareAll>

function prepareAll(db: DatabaseSync) {
  return {
    dims: new Interner(db, {
      find: 'SELECT id FROM dim WHERE kind = ? AND name = ?',
      make: 'INSERT INTO dim (kind, name) VALUES (?, ?) RETURNING id',
    }),
    tags: new Interner(db, {
      find: 'SELECT id FROM tagkv WHERE key = ? AND value = ?',
      make: 'INSERT INTO tagkv (key, value) VALUES (?, ?) RETURNING id',
    }),
    insertTag: db.prepare('INSERT OR IGNORE INTO tag (kv, seq) VALUES (?, ?)'),
    insertArrival: db.prepare(
      `INSERT INTO arrival (slot, first_seq, last_seq) VALUES (?, ?, ?)
       ON CONFLICT (slot) DO UPDATE SET first_seq = min(first_seq, excluded.first_seq),
         last_seq = max(last_seq, excluded.last_seq)`,
    ),
    insertOpen: db.prepare('INSERT OR IGNORE INTO open_request (id, record) VALUES (?, ?)'),
    deleteOpen: db.prepare('DELETE FROM open_request WHERE id = ?'),
    findId: db.prepare('SELECT 1 FROM inference WHERE id = ?'),
  }
}

/** The names are those of our own objects, always in the same order; never anybody's input. */
function prepareInsert(db: DatabaseSync, table: 'inference' | 'attempt', like: Values) {
  const columns = Object.keys(like)
  const places = columns.map(() => '?')
  return db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`)
}

function unpackOrNull(bytes: Uint8Array): string | null {
  try {
    return zstdDecompressSync(bytes).toString()
  } catch {
    return null
  }
}
