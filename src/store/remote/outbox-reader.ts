import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { FeedbackTarget } from '../reads.ts'
import { readBytes, readText } from '../row.ts'
import { openForReading } from '../sqlite/database.ts'
import type { StoredInference } from '../store.ts'
import { contentsIn, OUTBOX_FILE } from './outbox.ts'
import { storedRecord } from './stored-record.ts'

const CACHE_KIB = 256

/**
 * The outbox as other threads than its writer see it. It is asked before the server: what leaves it
 * is there already. Where it cannot be read, nothing waits in it.
 */
export class OutboxReader {
  readonly #path: string
  #open: { readonly db: DatabaseSync; readonly inode: number } | null = null

  constructor(dataDir: string) {
    this.#path = join(dataDir, OUTBOX_FILE)
  }

  /** What feedback may be given to. */
  target(id: string): FeedbackTarget | null {
    return this.#ask((db) => targetIn(db, id))
  }

  get(id: string): StoredInference | null {
    return this.#ask((db) => recordIn(db, id))
  }

  #ask<T>(work: (db: DatabaseSync) => T | null): T | null {
    try {
      const db = this.#opened()
      return db && work(db)
    } catch {
      this.#close()
      return null
    }
  }

  /** Another inode: it was damaged, and begun anew. */
  #opened(): DatabaseSync | null {
    const inode = statSync(this.#path, { throwIfNoEntry: false })?.ino
    if (this.#open !== null && this.#open.inode === inode) return this.#open.db
    this.#close()
    if (inode === undefined) return null
    this.#open = { db: openForReading(this.#path, CACHE_KIB), inode }
    return this.#open.db
  }

  #close(): void {
    this.#open?.db.close()
    this.#open = null
  }
}

function targetIn(db: DatabaseSync, id: string): FeedbackTarget | null {
  const row = db
    .prepare('SELECT episode_id, function_name, variant_name FROM target WHERE id = ? LIMIT 1')
    .get(id)
  if (row !== undefined) {
    return {
      level: 'inference',
      functionName: readText(row, 'function_name'),
      variantName: readText(row, 'variant_name'),
      episodeId: readText(row, 'episode_id'),
    }
  }
  const episode = db.prepare('SELECT 1 FROM target WHERE episode_id = ? LIMIT 1').get(id)
  return episode === undefined ? null : { level: 'episode' }
}

function recordIn(db: DatabaseSync, id: string): StoredInference | null {
  const row = db
    .prepare('SELECT frame FROM entry JOIN target USING (seq) WHERE target.id = ? LIMIT 1')
    .get(id)
  if (row === undefined) return null
  const record = contentsIn(readBytes(row, 'frame')).records.find((each) => each.id === id)
  return record === undefined ? null : storedRecord(record)
}
