import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { CachedAnswer } from '../../domain/cached-answer.ts'
import type { CacheChange } from '../cache.ts'
import { closeDatabase, openForWriting } from './database.ts'
import { readBytes, readNumber, readTextOrNull } from '../row.ts'

export const CACHE_FILE = 'cache.db'

const CACHE_MIGRATIONS = [
  `CREATE TABLE answer (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,
     at INTEGER NOT NULL, content_type TEXT, bytes INTEGER NOT NULL, body BLOB NOT NULL);`,
]
const CACHE_KIB = 1024
/** So much is deleted at a time at most: the writer has other things to do. */
const MOST_DROPPED = 200

export interface CacheBounds {
  readonly bytes: number
  readonly ageMs: number
}

const USUAL_BOUNDS: CacheBounds = { bytes: 1024 ** 3, ageMs: 30 * 86_400_000 }

/**
 * The writer's side of the cached answers, in a file of its own. The oldest go first. What goes
 * wrong here is nobody's loss: the file is thrown away and begun anew.
 */
export class CacheFile {
  readonly #path: string
  readonly #bounds: CacheBounds
  #open: { readonly db: DatabaseSync; bytes: number } | undefined

  constructor(dataDir: string, bounds: CacheBounds = USUAL_BOUNDS) {
    this.#path = join(dataDir, CACHE_FILE)
    this.#bounds = bounds
  }

  add(change: CacheChange): null {
    try {
      this.#open ??= this.#opened()
      this.#insert(this.#open, change)
    } catch {
      this.#discard()
    }
    return null
  }

  close(): void {
    if (this.#open) closeDatabase(this.#open.db)
    this.#open = undefined
  }

  #opened(): { db: DatabaseSync; bytes: number } {
    const db = openForWriting(this.#path, {
      migrations: CACHE_MIGRATIONS,
      cacheKib: CACHE_KIB,
      shrinks: false,
    })
    // A crash may cost some answers, but each commit costs no wait for the disk.
    db.exec('PRAGMA synchronous = OFF')
    const row = db.prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM answer').get()
    return { db, bytes: row ? readNumber(row, 'bytes') : 0 }
  }

  #insert(open: { db: DatabaseSync; bytes: number }, { key, answer }: CacheChange): void {
    const { db } = open
    const body = zstdCompressSync(Buffer.from(answer.body, 'latin1'))
    const before = db.prepare('DELETE FROM answer WHERE key = ? RETURNING bytes').get(key)
    db.prepare(
      'INSERT INTO answer (key, at, content_type, bytes, body) VALUES (?, ?, ?, ?, ?)',
    ).run(key, answer.at, answer.contentType, body.length, body)
    open.bytes += body.length - (before ? readNumber(before, 'bytes') : 0)
    this.#drop(open, answer.at - this.#bounds.ageMs)
  }

  #drop(open: { db: DatabaseSync; bytes: number }, before: number): void {
    const oldest = open.db.prepare('SELECT number, at, bytes FROM answer ORDER BY number LIMIT 1')
    const remove = open.db.prepare('DELETE FROM answer WHERE number = ?')
    for (let dropped = 0; dropped < MOST_DROPPED; dropped++) {
      const row = oldest.get()
      const isOld = row !== undefined && readNumber(row, 'at') < before
      if (!row || (!isOld && open.bytes <= this.#bounds.bytes)) return
      remove.run(readNumber(row, 'number'))
      open.bytes -= readNumber(row, 'bytes')
    }
  }

  #discard(): void {
    try {
      this.#open?.db.close()
    } catch {
      // It is to be thrown away.
    }
    this.#open = undefined
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.#path + suffix, { force: true })
  }
}

export function readCached(db: DatabaseSync | null, key: string): CachedAnswer | null {
  const row = db?.prepare('SELECT at, content_type, body FROM answer WHERE key = ?').get(key)
  if (!row) return null
  return {
    at: readNumber(row, 'at'),
    contentType: readTextOrNull(row, 'content_type'),
    body: zstdDecompressSync(readBytes(row, 'body')).toString('latin1'),
  }
}
