import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { openForReading, schemaVersion } from './database.ts'
import { asFault } from './fault.ts'
import { HOT_FILE, HOT_MIGRATIONS } from './hot-schema.ts'
import { lockDirectory } from './lock.ts'
import { listParts, payloadPath } from './payload-files.ts'

/** One thing that was looked at. */
export interface Finding {
  readonly about: string
  readonly state: 'ok' | 'warn' | 'fail'
  /** One line, for a person. */
  readonly detail: string
}

const FEW_FREE_BYTES = 1_000_000_000
const FUTURE_MS = 300_000

/** Looks through a data directory, whether or not a gateway uses it. Changes nothing. */
export function checkUp(dataDir: string, now: number): Finding[] {
  if (!existsSync(dataDir)) return [ok('data', `${dataDir} is not there yet: nothing is recorded.`)]
  return [
    inUse(dataDir),
    space(dataDir),
    ...setAsideFiles(dataDir),
    ...looked(HOT_FILE, () => hotFindings(dataDir, now)),
    ...listParts(dataDir).flatMap((part) => {
      const path = payloadPath(dataDir, part)
      return looked(path.slice(dataDir.length + 1), () =>
        withFile(path, (db) => [soundness(path, db)]),
      )
    }),
  ]
}

function looked(about: string, look: () => Finding[]): Finding[] {
  try {
    return look()
  } catch (thrown) {
    return [
      { about, state: 'fail', detail: `It cannot be read: ${asFault(thrown, about).message}.` },
    ]
  }
}

function withFile(path: string, look: (db: DatabaseSync) => Finding[]): Finding[] {
  const db = openForReading(path, 8192)
  try {
    return look(db)
  } finally {
    db.close()
  }
}

function hotFindings(dataDir: string, now: number): Finding[] {
  const path = join(dataDir, HOT_FILE)
  if (!existsSync(path)) return [ok(HOT_FILE, 'It is not there yet: nothing is recorded.')]
  return withFile(path, (db) => {
    const sound = soundness(path, db)
    const version = schemaVersion(db)
    if (version > HOT_MIGRATIONS.length) {
      return [sound, warn('schema', `It was written by a newer Weir (schema ${version}).`)]
    }
    if (sound.state === 'fail') return [sound]
    return [
      sound,
      ok('schema', `Version ${version} of ${HOT_MIGRATIONS.length}.`),
      clock(db, now),
      ...(version === 0 ? [] : texts(db, dataDir)),
    ]
  })
}

function soundness(path: string, db: DatabaseSync): Finding {
  const about = path.slice(path.lastIndexOf('/') + 1)
  const bytes = ['', '-wal'].reduce((sum, suffix) => sum + sizeOf(path + suffix), 0)
  const found = String(db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'])
  if (found === 'ok') return ok(about, `Sound, ${(bytes / 1e6).toFixed(1)} MB.`)
  return { about, state: 'fail', detail: `Damaged: ${found}. Stop Weir and restore a backup.` }
}

function clock(db: DatabaseSync, now: number): Finding {
  const newest = db.prepare('SELECT max(slot) AS slot FROM arrival').get()?.['slot']
  const ahead = typeof newest === 'number' ? newest * 300_000 - now : 0
  if (ahead <= FUTURE_MS) return ok('clock', new Date(now).toISOString())
  const hours = (ahead / 3_600_000).toFixed(1)
  return warn('clock', `The newest record is ${hours} h in the future: was the clock wrong?`)
}

/** Texts without rows are left by crashes, and go with their week; rows without texts, by retention. */
function texts(db: DatabaseSync, dataDir: string): Finding[] {
  const parts = db
    .prepare(
      `SELECT part, count(*) AS n, count(DISTINCT segment) AS segments FROM inference
       WHERE part <> 0 GROUP BY part`,
    )
    .all()
  const gone = parts.filter(({ part }) => !existsSync(payloadPath(dataDir, Number(part))))
  const rows = gone.reduce((sum, { n }) => sum + Number(n), 0)
  const used = new Map(parts.map(({ part, segments }) => [Number(part), Number(segments)]))
  const orphans = listParts(dataDir).reduce((sum, part) => {
    const all = withCount(payloadPath(dataDir, part))
    return sum + Math.max(0, all - (used.get(part) ?? 0))
  }, 0)
  return [
    ok('texts', rows === 0 ? 'Every week that rows speak of is there.' : `${rows} rows have none.`),
    ok('orphans', `${orphans} frames of texts belong to no row; they go with their week.`),
  ]
}

function withCount(path: string): number {
  const db = openForReading(path, 512)
  try {
    return Number(db.prepare('SELECT count(*) AS n FROM segment').get()?.['n'])
  } catch {
    return 0
  } finally {
    db.close()
  }
}

function inUse(dataDir: string): Finding {
  try {
    lockDirectory(dataDir, 0).close()
    return ok('gateway', 'None runs on this data directory.')
  } catch (thrown) {
    const fault = asFault(thrown, dataDir)
    if (fault.kind === 'in_use') return ok('gateway', 'One is running on this data directory.')
    return { about: 'gateway', state: 'fail', detail: fault.message }
  }
}

function space(dataDir: string): Finding {
  const { bavail, bsize } = statfsSync(dataDir)
  const free = bavail * bsize
  const text = `${(free / 1e9).toFixed(1)} GB free for ${dataDir}.`
  return free < FEW_FREE_BYTES ? warn('disk', text) : ok('disk', text)
}

function setAsideFiles(dataDir: string): Finding[] {
  return readdirSync(dataDir)
    .filter((name) => /\.corrupt-\w+$/.test(name))
    .map((name) =>
      warn(name, `A damaged file that was set aside: weir doctor --salvage ${join(dataDir, name)}`),
    )
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function ok(about: string, detail: string): Finding {
  return { about, state: 'ok', detail }
}

function warn(about: string, detail: string): Finding {
  return { about, state: 'warn', detail }
}
