import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makePrivate } from './database.ts'
import { asFault, StoreFault } from './fault.ts'

/** Long enough for a process that has just been told to stop. */
const WAIT_MS = 1000

/**
 * Takes the data directory for this process. The lock is the kernel's, on a file that stays open:
 * it goes with the process however that ends, so it is never stale.
 */
export function lockDirectory(dataDir: string, waitMs = WAIT_MS): DatabaseSync {
  const path = join(dataDir, 'lock.db')
  let db: DatabaseSync | undefined
  try {
    makePrivate(path)
    db = new DatabaseSync(path, { timeout: waitMs })
    db.exec('BEGIN EXCLUSIVE')
    return db
  } catch (thrown) {
    db?.close()
    const fault = asFault(thrown, path)
    if (fault.kind !== 'busy') throw fault
    const message = `Another Weir is using ${dataDir}. Stop it, or give this one its own --data-dir.`
    throw new StoreFault('in_use', path, message, thrown)
  }
}
