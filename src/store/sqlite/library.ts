import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { openForReading, schemaVersion } from './database.ts'
import { CACHE_FILE } from './cache-file.ts'
import { ExampleFinder } from './examples.ts'
import { HOT_FILE } from './hot-schema.ts'
import { decodePayload, type Payload } from './payload.ts'
import { payloadPath, type Place } from './payload-files.ts'
import { openFrame } from './segment.ts'
import { readBytes, readText } from '../row.ts'

const HOT_CACHE_KIB = 8192
const PAYLOAD_CACHE_KIB = 512
const MOST_OPEN = 4

interface OpenFile {
  readonly db: DatabaseSync
  /** The file's number: another one means it was set aside and begun anew. */
  readonly inode: number
}

/** The reader's side of the files: opened when needed, never written. */
export class Library {
  readonly #dataDir: string
  readonly examples = new ExampleFinder()
  readonly #files = new Map<string, OpenFile>()
  /** The frame read last: neighbours are often in the same one. */
  #frame: { readonly key: string; document(index: number): Buffer } | undefined

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** Null until the writer has made it. */
  hot(): DatabaseSync | null {
    const db = this.#open(join(this.#dataDir, HOT_FILE), HOT_CACHE_KIB)
    return db === null || schemaVersion(db) === 0 ? null : db
  }

  /** Null until the first answer is kept, or when it is damaged. */
  cache(): DatabaseSync | null {
    const db = this.#open(join(this.#dataDir, CACHE_FILE), PAYLOAD_CACHE_KIB)
    return db === null || schemaVersion(db) === 0 ? null : db
  }

  /** Null when it is gone or damaged. */
  payload(place: Place, id: string): Payload | null {
    return this.read(place, (document) => decodePayload(document, id))
  }

  /** What is made of the bytes of a payload; null when they are gone or damaged. */
  read<T>(place: Place, make: (document: Buffer) => T | null): T | null {
    const path = payloadPath(this.#dataDir, place.part)
    try {
      const document = this.#frameAt(path, place.segment)?.document(place.index)
      return document === undefined ? null : make(document)
    } catch {
      this.#forget(path)
      return null
    }
  }

  #frameAt(path: string, segment: number) {
    const inode = statSync(path, { throwIfNoEntry: false })?.ino
    const key = `${path} ${inode} ${segment}`
    if (this.#frame?.key === key) return this.#frame
    const row = this.#open(path, PAYLOAD_CACHE_KIB)
      ?.prepare('SELECT lengths, frame FROM segment WHERE segment = ?')
      .get(segment)
    if (row === undefined) return undefined
    const document = openFrame(readText(row, 'lengths'), readBytes(row, 'frame'))
    this.#frame = { key, document }
    return this.#frame
  }

  #open(path: string, cacheKib: number): DatabaseSync | null {
    const inode = statSync(path, { throwIfNoEntry: false })?.ino
    const known = this.#files.get(path)
    if (known !== undefined && known.inode === inode) return known.db
    this.#forget(path)
    if (inode === undefined) return null
    if (this.#files.size >= MOST_OPEN) {
      // Its statements are in use while texts are read.
      const hot = join(this.#dataDir, HOT_FILE)
      const oldest = this.#files.keys().find((name) => name !== hot)
      if (oldest !== undefined) this.#forget(oldest)
    }
    const db = openForReading(path, cacheKib)
    this.#files.set(path, { db, inode })
    return db
  }

  #forget(path: string): void {
    this.#files.get(path)?.db.close()
    this.#files.delete(path)
  }
}
