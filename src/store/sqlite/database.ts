import { chmodSync, closeSync, existsSync, openSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { guarded, StoreFault } from './fault.ts'

/** Before it, a write-ahead log used by several connections could damage the file. */
const OLDEST_SQLITE = [3, 51, 3] as const

const BUSY_TIMEOUT_MS = 1000
/** Some seconds of copying, while nothing can be served. */
const MOST_COPIED_BYTES = 512 * 1024 * 1024

export interface Layout {
  /** Each entry takes the schema one version further. Only ever append. */
  readonly migrations: readonly string[]
  readonly cacheKib: number
  /** Rows are deleted from it one day, and their space should go back to the disk. */
  readonly shrinks: boolean
}

/** Opens (or makes) a file for its only writer. A commit is on the disk when it returns. */
export function openForWriting(path: string, layout: Layout): DatabaseSync {
  return guarded(path, () => {
    makePrivate(path)
    const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    try {
      requireSqlite(db, path)
      db.exec(`
        PRAGMA auto_vacuum = ${layout.shrinks ? 'INCREMENTAL' : 'NONE'};
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA journal_size_limit = 67108864;
      `)
      setCache(db, layout.cacheKib)
      migrate(db, path, layout.migrations)
    } catch (thrown) {
      db.close()
      throw thrown
    }
    return db
  })
}

/** Opens an existing file to read. */
export function openForReading(path: string, cacheKib: number): DatabaseSync {
  return guarded(path, () => {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    setCache(db, cacheKib)
    return db
  })
}

/** All of `work` or nothing of it. */
export function transact<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (thrown) {
    // SQLite has rolled back by itself after some errors.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}

/**
 * As `transact`, for what is simply done again where it is missing: when the power fails, a commit
 * may be lost, though never a part of it. It waits for no disk.
 */
export function transactUnsynced<T>(db: DatabaseSync, work: () => T): T {
  db.exec('PRAGMA synchronous = NORMAL')
  try {
    return transact(db, work)
  } finally {
    db.exec('PRAGMA synchronous = FULL')
  }
}

/** Moves everything from the log into the file, and closes. Fails softly: a later open recovers. */
export function closeDatabase(db: DatabaseSync): void {
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    // Full or damaged: the log stays beside the file, and nothing is lost.
  } finally {
    db.close()
  }
}

/** Moves everything from the log into the file at once, waiting for no reader. False when one is in the way. */
export function cutLog(db: DatabaseSync): boolean {
  db.exec('PRAGMA busy_timeout = 0')
  try {
    return db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0
  } finally {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS.toFixed(0)}`)
  }
}

/** The log and index files that SQLite makes take the mode of the file. */
export function makePrivate(path: string): void {
  if (existsSync(path)) chmodSync(path, 0o600)
  else closeSync(openSync(path, 'ax', 0o600))
}

function requireSqlite(db: DatabaseSync, path: string): void {
  const version = String(db.prepare('SELECT sqlite_version() AS version').get()?.['version'])
  const numbers = version.split('.').map(Number)
  for (const [index, oldest] of OLDEST_SQLITE.entries()) {
    const number = numbers[index] ?? 0
    if (number > oldest) return
    if (number < oldest) {
      const wanted = OLDEST_SQLITE.join('.')
      throw new StoreFault('denied', path, `SQLite ${version} is too old: ${wanted} is needed.`)
    }
  }
}

function setCache(db: DatabaseSync, cacheKib: number): void {
  db.exec(`PRAGMA cache_size = -${cacheKib.toFixed(0)}`)
}

function migrate(db: DatabaseSync, path: string, migrations: readonly string[]): void {
  const version = schemaVersion(db)
  if (version > migrations.length) {
    const message =
      `${path} was written by a newer Weir (schema ${version}, this one knows ` +
      `${migrations.length}). Start that version, or another data directory.`
    throw new StoreFault('newer', path, message)
  }
  if (version === migrations.length) return
  if (version > 0) keepCopy(db, path, version)
  transact(db, () => {
    for (const migration of migrations.slice(version)) db.exec(migration)
    db.exec(`PRAGMA user_version = ${migrations.length.toFixed(0)}`)
  })
}

/**
 * The file as the older version left it, in case somebody wants to go back: `weir.db.schema-5`.
 * Left out where that would take long or the disk has no room: the change is one transaction.
 */
function keepCopy(db: DatabaseSync, path: string, version: number): void {
  const { bavail, bsize } = statfsSync(dirname(path))
  const { size } = statSync(path)
  if (size > MOST_COPIED_BYTES || bavail * bsize < 2 * size) return
  const copy = `${path}.schema-${version}`
  rmSync(copy, { force: true })
  makePrivate(copy)
  db.prepare('VACUUM INTO ?').run(copy)
}

export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
}

/** Without the pages that deleted rows have left free. */
export function usedBytes(db: DatabaseSync): number {
  const pages = pragma(db, 'page_count') - pragma(db, 'freelist_count')
  return pages * pragma(db, 'page_size')
}

export function pragma(
  db: DatabaseSync,
  name: 'page_count' | 'freelist_count' | 'page_size',
): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
}
