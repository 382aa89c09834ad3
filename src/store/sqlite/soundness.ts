import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openForReading } from './database.ts'
import { asFault } from './fault.ts'
import { HOT_FILE } from './hot-schema.ts'
import { listParts, payloadPath } from './payload-files.ts'
import { readText } from '../row.ts'

const CACHE_KIB = 2048

/**
 * Looks through every file while it is in use, a table at a time, at most half of the time. Tells of
 * each damaged file in a line.
 */
export async function findDamage(dataDir: string, tell: (line: string) => void): Promise<void> {
  const parts = listParts(dataDir).map((part) => payloadPath(dataDir, part))
  for (const path of [join(dataDir, HOT_FILE), ...parts]) {
    try {
      const found = await damageIn(path)
      if (found !== null) tell(lineOf(path, found))
    } catch (thrown) {
      // Retention may have deleted it meanwhile.
      if (existsSync(path)) tell(lineOf(path, asFault(thrown, path).message))
    }
  }
}

function lineOf(path: string, found: string): string {
  return `${basename(path)} is damaged inside: ${found.replaceAll(/\s+/g, ' ')}. Stop Weir and restore a backup.`
}

async function damageIn(path: string): Promise<string | null> {
  if (!existsSync(path)) return null
  const db = openForReading(path, CACHE_KIB)
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    for (const table of tables) {
      const startedMs = performance.now()
      // Each in a transaction of its own: the log of what is written meanwhile stays short.
      const name = readText(table, 'name').replaceAll("'", "''")
      const row = db.prepare(`PRAGMA quick_check('${name}')`).get()
      const found = String(row?.['quick_check'])
      if (found !== 'ok') return found
      await sleep(performance.now() - startedMs)
    }
    return null
  } finally {
    db.close()
  }
}
