import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { closeDatabase, openForWriting, transact } from './database.ts'
import { guarded } from './fault.ts'
import { HOT_FILE } from './hot-schema.ts'
import { HOT_LAYOUT, HotFile } from './hot-file.ts'
import { lockDirectory } from './lock.ts'
import { INSERT_SEGMENT, listParts, openPart, payloadPath } from './payload-files.ts'
import { packSegment, openFrame } from './segment.ts'
import { readBytes, readNumber, readText } from '../row.ts'

export interface Compacted {
  readonly beforeBytes: number
  readonly afterBytes: number
  readonly repacked: number
}

/** Rows share a frame of up to so many, or of so much text. */
const ROWS = 64
const BYTES = 1024 * 1024
/** Slower and smaller than what is written while requests wait. */
const LEVEL = 3
/** Frames that hold fewer on average are worth packing again. */
const FEW_ROWS = 32

/** Packs small frames together and gives free space back. The store must not be in use. */
export function compactStore(dataDir: string, progress: (file: string) => void): Compacted {
  const lock = lockDirectory(dataDir)
  try {
    const beforeBytes = sizeOf(dataDir)
    // Opening brings an older file up to date.
    new HotFile(dataDir).close(true)
    const hot = openForWriting(join(dataDir, HOT_FILE), HOT_LAYOUT)
    let repacked = 0
    try {
      for (const part of listParts(dataDir)) {
        progress(payloadPath(dataDir, part))
        repacked += repackPart(hot, dataDir, part)
      }
      progress(join(dataDir, HOT_FILE))
      guarded(join(dataDir, HOT_FILE), () => hot.exec('VACUUM'))
    } finally {
      closeDatabase(hot)
    }
    return { beforeBytes, afterBytes: sizeOf(dataDir), repacked }
  } finally {
    lock.close()
  }
}

function repackPart(hot: DatabaseSync, dataDir: string, part: number): number {
  const payload = openPart(dataDir, part)
  return guarded(payloadPath(dataDir, part), () => {
    try {
      const moved = isLoose(hot, payload, part) ? new Packer(hot, payload, part).run() : 0
      payload.exec('VACUUM')
      return moved
    } finally {
      closeDatabase(payload)
    }
  })
}

function isLoose(hot: DatabaseSync, payload: DatabaseSync, part: number): boolean {
  const rows = hot.prepare('SELECT count(*) AS n FROM inference WHERE part = ?').get(part)?.['n']
  const frames = payload.prepare('SELECT count(*) AS n FROM segment').get()?.['n']
  return Number(rows) < Number(frames) * FEW_ROWS
}

interface Text {
  readonly seq: number
  readonly document: Buffer
}

/**
 * New frames are written, then the rows are pointed to them, then the old frames go: whenever it
 * ends, every row has its texts.
 */
class Packer {
  readonly #hot: DatabaseSync
  readonly #payload: DatabaseSync
  readonly #part: number
  readonly #find: StatementSync
  readonly #insert: StatementSync
  readonly #point: StatementSync
  #frame: { readonly segment: number; document(index: number): Buffer } | undefined

  constructor(hot: DatabaseSync, payload: DatabaseSync, part: number) {
    this.#hot = hot
    this.#payload = payload
    this.#part = part
    this.#find = payload.prepare('SELECT lengths, frame FROM segment WHERE segment = ?')
    this.#insert = payload.prepare(INSERT_SEGMENT)
    this.#point = hot.prepare('UPDATE inference SET segment = ?, segment_index = ? WHERE seq = ?')
  }

  /** Returns how many rows' texts it has moved. */
  run(): number {
    const last = Number(
      this.#payload.prepare('SELECT max(segment) AS last FROM segment').get()?.['last'] ?? 0,
    )
    let moved = 0
    for (const texts of this.#groups(last)) {
      this.#move(texts)
      moved += texts.length
    }
    this.#payload.prepare('DELETE FROM segment WHERE segment <= ?').run(last)
    return moved
  }

  *#groups(lastSegment: number): Generator<readonly Text[]> {
    let group: Text[] = []
    let bytes = 0
    for (const text of this.#texts(lastSegment)) {
      if (group.length >= ROWS || (group.length > 0 && bytes + text.document.length > BYTES)) {
        yield group
        group = []
        bytes = 0
      }
      group.push(text)
      bytes += text.document.length
    }
    if (group.length > 0) yield group
  }

  /** Of rows whose texts are still there. */
  *#texts(lastSegment: number): Generator<Text> {
    const page = this.#hot.prepare(
      `SELECT seq, segment, segment_index FROM inference
       WHERE part = ? AND segment <= ? AND seq > ? ORDER BY seq LIMIT ?`,
    )
    for (let after = 0; ;) {
      const rows = page.all(this.#part, lastSegment, after, ROWS * 16)
      if (rows.length === 0) return
      for (const row of rows) {
        after = readNumber(row, 'seq')
        const document = this.#document(
          readNumber(row, 'segment'),
          readNumber(row, 'segment_index'),
        )
        if (document !== undefined) yield { seq: after, document }
      }
    }
  }

  #document(segment: number, index: number): Buffer | undefined {
    if (this.#frame?.segment !== segment) {
      const row = this.#find.get(segment)
      if (row === undefined) return undefined
      const document = openFrame(readText(row, 'lengths'), readBytes(row, 'frame'))
      this.#frame = { segment, document }
    }
    return this.#frame.document(index)
  }

  #move(texts: readonly Text[]): void {
    const { lengths, frame } = packSegment(
      texts.map(({ document }) => document),
      LEVEL,
    )
    const segment = Number(this.#insert.get(lengths, frame)?.['segment'])
    transact(this.#hot, () => {
      for (const [index, { seq }] of texts.entries()) this.#point.run(segment, index, seq)
    })
  }
}

function sizeOf(dataDir: string): number {
  const paths = [
    join(dataDir, HOT_FILE),
    ...listParts(dataDir).map((part) => payloadPath(dataDir, part)),
  ]
  return paths.reduce(
    (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}
