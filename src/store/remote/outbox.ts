import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { InferenceRecord } from '../../domain/record.ts'
import { closeDatabase, openForWriting, transact } from '../sqlite/database.ts'
import { guarded } from '../sqlite/fault.ts'
import { readBytes, readNumber, readText } from '../row.ts'
import { withoutTexts } from '../without-texts.ts'
import type { RemoteBatch } from './engine.ts'

export const OUTBOX_FILE = 'outbox.db'
const CACHE_KIB = 2048

const MIGRATIONS: readonly string[] = [
  `
  -- What the server does not have yet, in order. A frame is the batch as JSON, in zstd.
  CREATE TABLE entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL,
    rows INTEGER NOT NULL,
    stripped INTEGER NOT NULL,
    frame BLOB NOT NULL
  );
  CREATE INDEX entry_with_texts ON entry (seq) WHERE stripped = 0;

  -- Requests that have begun: what is still here after a crash was interrupted.
  CREATE TABLE open_request (id TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
  `,
  `
  -- What feedback may be given to though only this file knows of it.
  CREATE TABLE target (
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    episode_id TEXT NOT NULL,
    function_name TEXT NOT NULL,
    variant_name TEXT NOT NULL,
    PRIMARY KEY (seq, id)
  ) WITHOUT ROWID;
  CREATE INDEX target_id ON target (id);
  CREATE INDEX target_episode ON target (episode_id);
  `,
]

export interface OutboxEntry extends RemoteBatch {
  readonly seq: number
}

export interface Waiting {
  readonly rows: number
  readonly bytes: number
}

/**
 * Batches that the server has not taken, in a file of this gateway: a batch is on the disk when
 * `add` returns. Bounded in bytes: when it is full the oldest texts go first. Whatever it throws is
 * a `StoreFault` of the file.
 */
export class Outbox {
  readonly path: string
  readonly #maxBytes: number
  readonly #db: DatabaseSync
  #entries = 0
  #rows = 0
  #bytes = 0
  #droppedPayloads = 0
  readonly #open: Set<string>

  constructor(dataDir: string, maxBytes: number) {
    this.path = join(dataDir, OUTBOX_FILE)
    this.#maxBytes = maxBytes
    this.#db = openForWriting(this.path, {
      migrations: MIGRATIONS,
      cacheKib: CACHE_KIB,
      shrinks: true,
    })
    this.#open = guarded(this.path, () => this.#start())
  }

  get empty(): boolean {
    return this.#entries === 0
  }

  get waiting(): Waiting {
    return { rows: this.#rows, bytes: this.#bytes }
  }

  /** Records that lost their texts because the file was full. */
  get droppedPayloads(): number {
    return this.#droppedPayloads
  }

  /** False when there is no room for it, not even without its texts. */
  add(batch: RemoteBatch): boolean {
    return guarded(this.path, () => {
      let frame = pack(batch)
      let stripped = false
      this.#makeRoom(frame.length)
      if (this.#bytes + frame.length > this.#maxBytes) {
        frame = pack(rowsAlone(batch))
        stripped = true
      }
      if (this.#bytes + frame.length > this.#maxBytes) return false
      if (stripped) this.#droppedPayloads += batch.records.length
      const rows = batch.records.length
      transact(this.#db, () => {
        const { lastInsertRowid } = this.#db
          .prepare('INSERT INTO entry (token, rows, stripped, frame) VALUES (?, ?, ?, ?)')
          .run(batch.token, rows, Number(stripped), frame)
        this.#addTargets(Number(lastInsertRowid), batch.records)
        this.#deleteOpen(batch.records)
      })
      this.#entries++
      this.#rows += rows
      this.#bytes += frame.length
      return true
    })
  }

  /** The oldest one; null when there is none. */
  first(): OutboxEntry | null {
    if (this.empty) return null
    return guarded(this.path, () => {
      const row = this.#db.prepare('SELECT * FROM entry ORDER BY seq LIMIT 1').get()
      if (row === undefined) return null
      const seq = readNumber(row, 'seq')
      const token = readText(row, 'token')
      return { seq, token, ...contentsIn(readBytes(row, 'frame')) }
    })
  }

  /** The server has it. */
  remove(seq: number): void {
    guarded(this.path, () => {
      const row = transact(this.#db, () => {
        this.#db.prepare('DELETE FROM target WHERE seq = ?').run(seq)
        return this.#db
          .prepare('DELETE FROM entry WHERE seq = ? RETURNING rows, length(frame) AS bytes')
          .get(seq)
      })
      if (row === undefined) return
      this.#entries--
      this.#rows -= readNumber(row, 'rows')
      this.#bytes -= readNumber(row, 'bytes')
      if (this.empty) this.#db.exec('PRAGMA incremental_vacuum')
    })
  }

  /** Notes requests that have begun. */
  begin(records: readonly InferenceRecord[]): void {
    const fresh = records.filter(({ id }) => !this.#open.has(id))
    if (fresh.length === 0) return
    guarded(this.path, () => {
      transact(this.#db, () => {
        for (const record of fresh) {
          this.#db
            .prepare('INSERT OR IGNORE INTO open_request (id, record) VALUES (?, ?)')
            .run(record.id, zstdCompressSync(JSON.stringify(record), ZSTD))
        }
      })
      for (const { id } of fresh) this.#open.add(id)
    })
  }

  /** They are written: most were never noted, and cost nothing here. */
  end(records: readonly InferenceRecord[]): void {
    if (records.some(({ id }) => this.#open.has(id))) {
      guarded(this.path, () => transact(this.#db, () => this.#deleteOpen(records)))
    }
  }

  /** Up to `limit` requests that had begun when the last process ended. */
  interrupted(limit: number): { id: string; json: string | null }[] {
    return guarded(this.path, () => {
      const rows = this.#db.prepare('SELECT id, record FROM open_request LIMIT ?').all(limit)
      return rows.map((row) => ({
        id: readText(row, 'id'),
        json: textOrNull(readBytes(row, 'record')),
      }))
    })
  }

  /** `clean` false: after a fault, when nothing more should be written. */
  close(clean: boolean): void {
    if (clean) closeDatabase(this.#db)
    else this.#db.close()
  }

  #start(): Set<string> {
    const sums = this.#db
      .prepare(
        `SELECT count(*) AS entries, coalesce(sum(rows), 0) AS rows,
           coalesce(sum(length(frame)), 0) AS bytes FROM entry`,
      )
      .get()
    this.#entries = Number(sums?.['entries'])
    this.#rows = Number(sums?.['rows'])
    this.#bytes = Number(sums?.['bytes'])
    const open = this.#db.prepare('SELECT id FROM open_request').all()
    return new Set(open.map((row) => readText(row, 'id')))
  }

  #addTargets(seq: number, records: readonly InferenceRecord[]): void {
    const insert = this.#db.prepare('INSERT OR IGNORE INTO target VALUES (?, ?, ?, ?, ?)')
    for (const { id, episodeId, functionName, variantName } of records) {
      insert.run(seq, id, episodeId, functionName, variantName)
    }
  }

  #deleteOpen(records: readonly InferenceRecord[]): void {
    for (const { id } of records) {
      if (!this.#open.delete(id)) continue
      this.#db.prepare('DELETE FROM open_request WHERE id = ?').run(id)
    }
  }

  /** Takes the texts from the oldest entries until so many bytes fit, or there are none left. */
  #makeRoom(bytes: number): void {
    while (this.#bytes + bytes > this.#maxBytes) {
      const row = this.#db
        .prepare('SELECT * FROM entry WHERE stripped = 0 ORDER BY seq LIMIT 1')
        .get()
      if (row === undefined) return
      const before = readBytes(row, 'frame')
      const contents = contentsIn(before)
      const frame = pack(rowsAlone(contents))
      this.#db
        .prepare('UPDATE entry SET stripped = 1, frame = ? WHERE seq = ?')
        .run(frame, readNumber(row, 'seq'))
      this.#bytes += frame.length - before.length
      this.#droppedPayloads += contents.records.length
    }
  }
}

type Contents = Pick<RemoteBatch, 'records' | 'changes'>

/** Of an entry that is damaged. */
const NOTHING: Contents = { records: [], changes: [] }

/** A flipped bit must be seen, not read. */
const ZSTD = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }

function pack({ records, changes }: Contents): Buffer {
  return zstdCompressSync(JSON.stringify({ records, changes } satisfies Contents), ZSTD)
}

export function contentsIn(frame: Uint8Array): Contents {
  const text = textOrNull(frame)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `pack` writes these, and the frame has a checksum
  return text === null ? NOTHING : (JSON.parse(text) as Contents)
}

function textOrNull(bytes: Uint8Array): string | null {
  try {
    return zstdDecompressSync(bytes).toString()
  } catch {
    return null
  }
}

function rowsAlone<T extends Contents>(batch: T): T {
  return { ...batch, records: batch.records.map(withoutTexts) }
}
