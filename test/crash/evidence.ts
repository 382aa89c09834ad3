import { readdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { get } from '../../bench/children.ts'

const AT_ONCE = 8

const Row = z.object({ state: z.string(), outcome: z.string().nullable(), payload: z.string() })
const Verdict = z.object({ integrity_check: z.string() })

/** Of these inferences, the ones that the log does not show whole, each with what is wrong. */
export async function findLost(port: number, ids: readonly string[]): Promise<string[]> {
  const lost: string[] = []
  const left = ids.values()
  const readers = Array.from({ length: AT_ONCE }, async () => {
    for (const id of left) {
      const fault = await findFault(port, id)
      if (fault !== null) lost.push(`${id}: ${fault}`)
    }
  })
  await Promise.all(readers)
  return lost
}

/** The database files that SQLite itself finds damaged. */
export function findSick(dataDir: string): string[] {
  const names = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
  // `lock.db` holds nothing but the running gateway's lock; a `.partial` is no backup yet.
  const files = names.filter(
    (name) => name.endsWith('.db') && name !== 'lock.db' && !name.includes('.partial/'),
  )
  if (files.length === 0) return ['there is no database']
  return files.flatMap((name) => {
    const verdict = checkIntegrity(path.join(dataDir, name))
    return verdict === 'ok' ? [] : [`${name}: ${verdict}`]
  })
}

async function findFault(port: number, id: string): Promise<string | null> {
  const { status, body } = await get(port, `/internal/ui/inferences/${id}`)
  if (status !== 200) return `status ${status}`
  const { state, outcome, payload } = Row.parse(JSON.parse(body))
  const good = state === 'done' && outcome === 'ok' && payload === 'present'
  return good ? null : `${state}, ${outcome}, payload ${payload}`
}

function checkIntegrity(file: string): string {
  try {
    using database = new DatabaseSync(file, { readOnly: true })
    return Verdict.parse(database.prepare('PRAGMA integrity_check').get()).integrity_check
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}
