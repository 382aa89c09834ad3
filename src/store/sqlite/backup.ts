import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { openForReading } from './database.ts'
import { asFault, guarded, StoreFault } from './fault.ts'
import { HOT_FILE } from './hot-schema.ts'
import { listParts, payloadPath } from './payload-files.ts'

export interface Copied {
  readonly name: string
  readonly bytes: number
}

/**
 * Copies a store, which may be in use, into a new directory: each file as it is at one moment, the
 * rows first, so that every row's texts are there too. It appears under its name when it is whole.
 */
export function backUpStore(dataDir: string, target: string): Copied[] {
  requireNew(target)
  const partial = `${target}.partial`
  return guarded(target, () => {
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true, mode: 0o700 })
    const copied = [copyDatabase(join(dataDir, HOT_FILE), join(partial, HOT_FILE))]
    for (const part of listParts(dataDir)) {
      const path = payloadPath(partial, part)
      copied.push(...copyIfThere(payloadPath(dataDir, part), path))
    }
    renameSync(partial, target)
    return copied
  })
}

/** Copies the rows alone, without texts, into one new file. */
export function backUpRows(dataDir: string, target: string): Copied[] {
  requireNew(target)
  const partial = `${target}.partial`
  return guarded(target, () => {
    rmSync(partial, { force: true })
    const copied = copyDatabase(join(dataDir, HOT_FILE), partial)
    renameSync(partial, target)
    return [{ ...copied, name: HOT_FILE }]
  })
}

/** A compact copy of a database file as it is now, whoever writes to it; on disk when it returns. */
export function copyDatabase(path: string, target: string): Copied {
  return guarded(path, () => {
    if (!existsSync(path)) throw new StoreFault('other', path, `There is no ${path}.`)
    const db = openForReading(path, 2048)
    try {
      closeSync(openSync(target, 'wx', 0o600))
      db.prepare('VACUUM INTO ?').run(target)
    } finally {
      db.close()
    }
    const file = openSync(target, 'r')
    fsyncSync(file)
    closeSync(file)
    return { name: target.slice(target.lastIndexOf('/') + 1), bytes: statSync(target).size }
  })
}

/** Retention may delete a week while the others are copied. */
function copyIfThere(path: string, target: string): Copied[] {
  try {
    return [copyDatabase(path, target)]
  } catch (thrown) {
    if (existsSync(path)) throw asFault(thrown, path)
    rmSync(target, { force: true })
    return []
  }
}

function requireNew(target: string): void {
  if (!existsSync(target)) return
  throw new StoreFault('other', target, `${target} is there already: name a new one.`)
}
