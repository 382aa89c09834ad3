import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openForReading, schemaVersion } from './database.ts'
import { guarded, StoreFault } from './fault.ts'
import { HOT_FILE, HOT_MIGRATIONS } from './hot-schema.ts'
import { lockDirectory } from './lock.ts'
import { listParts, payloadPath } from './payload-files.ts'

export interface Restored {
  readonly files: number
  /** Where what was there before has been moved; null: nothing was there. */
  readonly movedTo: string | null
}

/**
 * Puts a backup (a directory, or a file of rows) in the place of the store, which must not be in
 * use. What is there is moved into a directory beside, never deleted.
 */
export function restoreStore(dataDir: string, from: string, at: number): Restored {
  const files = filesOf(from)
  for (const { path } of files) requireSound(path)
  return guarded(dataDir, () => {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const lock = lockDirectory(dataDir)
    try {
      for (const { path, name } of files) copyFileSync(path, join(dataDir, `${name}.restoring`))
      const movedTo = moveAway(dataDir, files, at)
      for (const { name } of files) {
        renameSync(join(dataDir, `${name}.restoring`), join(dataDir, name))
      }
      return { files: files.length, movedTo }
    } finally {
      lock.close()
    }
  })
}

interface BackupFile {
  readonly path: string
  readonly name: string
}

function filesOf(from: string): BackupFile[] {
  const found = statSync(from, { throwIfNoEntry: false })
  if (found === undefined) throw new StoreFault('other', from, `There is no ${from}.`)
  if (!found.isDirectory()) return [{ path: from, name: HOT_FILE }]
  const hot = join(from, HOT_FILE)
  if (!existsSync(hot)) {
    throw new StoreFault('other', from, `${from} is no backup: there is no ${HOT_FILE} in it.`)
  }
  const parts = listParts(from).map((part) => payloadPath(from, part))
  return [hot, ...parts].map((path) => ({ path, name: path.slice(from.length + 1) }))
}

function requireSound(path: string): void {
  guarded(path, () => {
    const db = openForReading(path, 2048)
    try {
      const found = String(db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'])
      if (found !== 'ok') throw new StoreFault('corrupt', path, `${path} is damaged: ${found}.`)
      const version = schemaVersion(db)
      if (version > HOT_MIGRATIONS.length) {
        throw new StoreFault('newer', path, `${path} was written by a newer Weir: use that one.`)
      }
    } finally {
      db.close()
    }
  })
}

/** A backup of rows alone leaves the texts where they are: it may find its own. */
function moveAway(dataDir: string, files: readonly BackupFile[], at: number): string | null {
  const pattern = files.length === 1 ? ROWS_NAME : STORE_NAME
  const names = readdirSync(dataDir).filter((name) => pattern.test(name))
  if (names.length === 0) return null
  const stamp = new Date(at).toISOString().replaceAll(/[-:.]/g, '')
  const aside = join(dataDir, `before-restore-${stamp}`)
  mkdirSync(aside, { mode: 0o700 })
  for (const name of names) renameSync(join(dataDir, name), join(aside, name))
  return aside
}

const ROWS_NAME = /^weir\.db(-wal|-shm)?$/
const STORE_NAME = /^(weir|payload-\d{6})\.db(-wal|-shm)?$/
