import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { InferenceRecord } from '../../domain/record.ts'
import { closeDatabase, openForWriting, transact, transactUnsynced, usedBytes } from './database.ts'
import { guarded } from './fault.ts'
import { documentOf, sizeOfDocument } from './payload.ts'
import { type Frame, SegmentPacker } from './segment.ts'
import { readNumber, type Row } from '../row.ts'

/** Where a payload is: the file (year and week), the segment in it, and the place in that. */
export interface Place {
  readonly part: number
  readonly segment: number
  readonly index: number
}

const SEGMENT_ROWS = 32
const SEGMENT_BYTES = 512 * 1024
const CACHE_KIB = 1024
const SEGMENTS_AT_ONCE = 64
/** This week's, and last week's for what began before midnight. */
const MOST_OPEN = 2

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE segment (segment INTEGER PRIMARY KEY, lengths TEXT NOT NULL, frame BLOB NOT NULL)`,
]

/** Returns its number. */
export const INSERT_SEGMENT = 'INSERT INTO segment (lengths, frame) VALUES (?, ?) RETURNING segment'

/** The texts of so many records, one after the other. */
export interface Segment extends Frame {
  readonly part: number
  readonly rows: number
}

/** A record, and where its texts are. */
export interface Placed {
  readonly record: InferenceRecord
  readonly place: Place
}

/** As rows alone. */
export function unplaced(records: readonly InferenceRecord[]): Placed[] {
  return records.map((record) => ({ record, place: NOWHERE }))
}

const NOWHERE: Place = { part: 0, segment: 0, index: 0 }

interface Part {
  readonly path: string
  readonly db: DatabaseSync
  readonly insert: StatementSync
}

/**
 * The writer's side of the payload files, one for each week so that old ones can be deleted whole.
 * Whatever it throws is a `StoreFault` of the file at fault.
 */
export class PayloadFiles {
  readonly #dataDir: string
  readonly #parts = new Map<number, Part>()
  readonly #packer = new SegmentPacker()

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** One commit for each week. In the order of the records. */
  write(
    records: readonly InferenceRecord[],
    segments: readonly Segment[] = packRecords(records, this.#packer),
  ): Placed[] {
    const byPart = [...Map.groupBy(segments, (segment) => segment.part)]
    const numbers = new Map(byPart.flatMap(([part, some]) => this.#writePart(part, some)))
    const places = segments.flatMap((segment) => {
      const at = { part: segment.part, segment: numbers.get(segment) ?? 0 }
      return Array.from({ length: segment.rows }, (_, index) => ({ ...at, index }))
    })
    return records.map((record, index) => ({ record, place: places[index] ?? NOWHERE }))
  }

  /** `clean` false: after a fault, when nothing more should be written. */
  close(clean: boolean): void {
    for (const { db } of this.#parts.values()) {
      if (clean) closeDatabase(db)
      else db.close()
    }
    this.#parts.clear()
  }

  /** The weeks there are, the oldest first. */
  parts(): number[] {
    return listParts(this.#dataDir)
  }

  /** What they use, without what deleted texts have left free. */
  bytes(): number {
    return this.parts().reduce((sum, part) => {
      const open = this.#parts.get(part)
      if (open === undefined) return sum + sizeOf(payloadPath(this.#dataDir, part))
      return sum + guarded(open.path, () => usedBytes(open.db))
    }, 0)
  }

  /** Deletes a whole week. Readers that have it open keep what they see until they look again. */
  remove(part: number): void {
    const path = payloadPath(this.#dataDir, part)
    guarded(path, () => {
      this.#parts.get(part)?.db.close()
      this.#parts.delete(part)
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    })
  }

  /** Deletes the oldest segments of a week. False when there are none. */
  removeOldest(part: number): boolean {
    const { path, db } = this.#open(part)
    return guarded(path, () => {
      const sql = `DELETE FROM segment WHERE segment IN
        (SELECT segment FROM segment ORDER BY segment LIMIT ?)`
      const { changes } = transactUnsynced(db, () => db.prepare(sql).run(SEGMENTS_AT_ONCE))
      return Number(changes) > 0
    })
  }

  /** Deletes the segments of rows that are gone, where their week is still there. */
  removeSegments(places: readonly Place[]): void {
    for (const [part, members] of Map.groupBy(places, (place) => place.part)) {
      if (!existsSync(payloadPath(this.#dataDir, part))) continue
      const { path, db } = this.#open(part)
      const list = JSON.stringify(members.map(({ segment }) => segment))
      const sql = 'DELETE FROM segment WHERE segment IN (SELECT value FROM json_each(?))'
      guarded(path, () => transactUnsynced(db, () => db.prepare(sql).run(list)))
    }
  }

  #writePart(part: number, segments: readonly Segment[]): (readonly [Segment, number])[] {
    const { path, db, insert } = this.#open(part)
    const write = (written: Segment) => {
      const row = insert.get(written.lengths, written.frame)
      return [written, Number(row?.['segment'])] as const
    }
    return guarded(path, () => transact(db, () => segments.map(write)))
  }

  #open(part: number): Part {
    const known = this.#parts.get(part)
    if (known !== undefined) return known
    for (const [oldest, { db }] of this.#parts) {
      if (this.#parts.size < MOST_OPEN) break
      closeDatabase(db)
      this.#parts.delete(oldest)
    }
    const path = payloadPath(this.#dataDir, part)
    const db = openPart(this.#dataDir, part)
    const opened = { path, db, insert: guarded(path, () => db.prepare(INSERT_SEGMENT)) }
    this.#parts.set(part, opened)
    return opened
  }
}

/** Neighbours share a frame, and with it what they have in common; a big one has its own. */
export function packRecords(records: readonly InferenceRecord[], packer: SegmentPacker): Segment[] {
  const segments: Segment[] = []
  let rows = 0
  let part = 0
  const close = () => {
    if (rows > 0) segments.push({ part, rows, ...packer.pack() })
    rows = 0
  }
  for (const record of records) {
    const document = documentOf(record)
    const bytes = packer.bytes + sizeOfDocument(document)
    const its = partOf(record.startedAt)
    if (rows >= SEGMENT_ROWS || bytes > SEGMENT_BYTES || its !== part) close()
    part = its
    rows++
    packer.add(document)
  }
  close()
  return segments
}

/** The weeks of texts in a directory, the oldest first. */
export function listParts(dataDir: string): number[] {
  return guarded(dataDir, () =>
    readdirSync(dataDir)
      .flatMap((name) => PART_NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((one, other) => one - other),
  )
}

/** Opens a week for its only writer. */
export function openPart(dataDir: string, part: number): DatabaseSync {
  return openForWriting(payloadPath(dataDir, part), {
    migrations: MIGRATIONS,
    cacheKib: CACHE_KIB,
    shrinks: false,
  })
}

/** Where the texts of a row of `inference` are. */
export function placeOf(row: Row): Place {
  return {
    part: readNumber(row, 'part'),
    segment: readNumber(row, 'segment'),
    index: readNumber(row, 'segment_index'),
  }
}

export function payloadPath(dataDir: string, part: number): string {
  return join(dataDir, `payload-${part.toFixed(0).padStart(6, '0')}.db`)
}

const PART_NAME = /^payload-(\d{6})\.db$/

const DAY_MS = 86_400_000

/** The ISO week of a time (UTC), as `year * 100 + week`: Thursday decides whose week it is. */
export function partOf(startedAt: number): number {
  const days = Math.floor(startedAt / DAY_MS)
  const thursday = days - ((((days + 3) % 7) + 7) % 7) + 3
  const year = new Date(thursday * DAY_MS).getUTCFullYear()
  if (Number.isNaN(year)) return 0
  const firstDay = Date.UTC(year, 0, 1) / DAY_MS
  return year * 100 + Math.floor((thursday - firstDay) / 7) + 1
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
