import type pg from 'pg'
import { RemoteFault } from '../remote/engine.ts'
import { MIGRATIONS } from './schema.ts'
import { transact } from './transact.ts'

/** Any number, the same in every Weir: who changes the schema holds this lock. */
export const SCHEMA_LOCK = 7_234_931_804
const OLDEST = 130_000

/** Checks that the server will do. */
export async function requireServer(client: pg.ClientBase, name: string): Promise<void> {
  const { rows } = await client.query<Record<string, string>>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS
       version, current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby`,
  )
  const [server] = rows
  if (Number(server?.['number']) < OLDEST) {
    const message = `${name} is version ${server?.['version']}: 13 or newer is needed.`
    throw new RemoteFault('settings', message)
  }
  if (server?.['encoding'] !== 'UTF8') {
    const message = `${name} keeps ${server?.['encoding']}: make a database with encoding UTF8.`
    throw new RemoteFault('settings', message)
  }
  if (Number(server['standby']) === 1) {
    throw new RemoteFault('away', `${name} is a standby. Records need the primary.`)
  }
}

/** Brings the schema up to date; one gateway at a time, each step whole or not at all. */
export async function migrate(client: pg.ClientBase, name: string): Promise<void> {
  if ((await versionOf(client)) === MIGRATIONS.length) return
  for (let done = false; !done;) {
    done = await transact(client, async () => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK])
      await client.query('SET LOCAL statement_timeout = 0')
      return step(client, name)
    })
  }
}

/** True when there is nothing left to do. */
async function step(client: pg.ClientBase, name: string): Promise<boolean> {
  const version = await versionOf(client)
  if (version > MIGRATIONS.length) {
    const message =
      `${name} was used by a newer Weir (schema ${version}, this one knows ` +
      `${MIGRATIONS.length}). Start that version, or name another database.`
    throw new RemoteFault('newer', message)
  }
  const migration = MIGRATIONS[version]
  if (migration === undefined) return true
  if (version === 0) await client.query(FIRST)
  await client.query(migration)
  await client.query('INSERT INTO weir.migration (version) VALUES ($1)', [version + 1])
  return false
}

const FIRST = `
  CREATE SCHEMA IF NOT EXISTS weir;
  CREATE TABLE IF NOT EXISTS weir.migration (version integer PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now());`

/**
 * Looks into the catalog itself: `to_regclass` may still say that there is none when another gateway
 * has just made it.
 */
export async function hasTable(client: pg.ClientBase, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'weir' AND c.relname = $1`,
    [name],
  )
  return rowCount === 1
}

async function versionOf(client: pg.ClientBase): Promise<number> {
  if (!(await hasTable(client, 'migration'))) return 0
  const { rows } = await client.query<Record<string, unknown>>(
    'SELECT coalesce(max(version), 0) AS version FROM weir.migration',
  )
  return Number(rows[0]?.['version'])
}
