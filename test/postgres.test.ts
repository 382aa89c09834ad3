import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Load } from './support/load.ts'
import { PASSWORD, type PostgresServer, startPostgres } from './support/postgres.ts'
import { startWeir, type WeirProcess } from './support/process.ts'
import { pass, within } from './support/waiting.ts'

/** Processes start and end here, on a machine that may be busy. */
const PATIENCE_MS = 180_000

let server: PostgresServer
const folder = mkdtempSync(join(tmpdir(), 'weir-pg-test-'))
beforeAll(async () => {
  server = await startPostgres({ synchronous_commit: 'on', max_connections: '20' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const startOn = (url: string, args: readonly string[] = ['--default-config']) =>
  startWeir({ args, env: { WEIR_POSTGRES_URL: url } })

const healthOf = async ({ url }: WeirProcess) => {
  const answer = await fetch(`${url}/health`)
  return (await answer.json()) as Record<string, unknown>
}

/** When it has nothing left to write, and says that all is well. */
const settled = (weir: WeirProcess) =>
  within(PATIENCE_MS, async () => {
    const { store, outbox_rows: rows } = await healthOf(weir)
    return store === 'ok' && (rows ?? 0) === 0
  })

const databaseOf = (url: string) => new URL(url).pathname.slice(1)

/** A comment on an inference; the status of the answer. */
async function say({ url }: WeirProcess, id: string): Promise<number> {
  const answer = await fetch(`${url}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inference_id: id, metric_name: 'comment', value: 'good' }),
  })
  return answer.status
}

/** How the records lie in the server, by id. */
async function seqsIn(url: string): Promise<Map<string, number>> {
  const rows = await server.query('SELECT id, seq FROM weir.inference', databaseOf(url))
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  return new Map(rows.map(({ id, seq }) => [String(id), Number(seq)]))
}

/** Every answered request is there once, and in the order in which each client asked. */
async function expectAll(url: string, loads: readonly Load[]): Promise<void> {
  for (const load of loads) {
    expect(load.failures).toEqual([])
    expect(load.answered.flat().length).toBeGreaterThan(10)
  }
  const seqs = await within(PATIENCE_MS, async () => {
    const found = await seqsIn(url)
    return loads.every(({ answered }) => answered.flat().every((id) => found.has(id))) && found
  })
  for (const ids of loads.flatMap(({ answered }) => answered)) {
    const own = ids.map((id) => seqs.get(id) ?? 0)
    expect(own).toEqual(own.toSorted((one, other) => one - other))
  }
}

describe('Weir on PostgreSQL', { timeout: PATIENCE_MS }, () => {
  test('F243 keeps its records in the database whose address it is given', async () => {
    const url = await server.database()
    await using weir = await startOn(url)
    const load = new Load(weir.url, 2)
    await load.more(20)
    await load.stop()
    await settled(weir)
    await expectAll(url, [load])
    expect(await healthOf(weir)).toMatchObject({ postgres: 'ok', store: 'ok' })
    const page = await fetch(`${weir.url}/internal/ui/inferences/${load.answered[0]?.[0]}`)
    expect(await page.json()).toMatchObject({ state: 'done', payload: 'present' })
    expect(weir.output()).not.toContain(PASSWORD)
  })

  // These wait for processes that start, each for itself.
  test.concurrent('F160 sets up the database and ends, when it is told to', async () => {
    const url = await server.database()
    const run = startOn(url, ['--run-postgres-migrations'])
    await expect(run).rejects.toThrow(/PostgreSQL at 127\.0\.0\.1:\d+\/test_\d+ is up to date/)
    const rows = await server.query('SELECT version FROM weir.migration', databaseOf(url))
    expect(rows.length).toBeGreaterThan(0)
  })

  test.concurrent.each([
    ['a wrong password', (url: string) => url.replace(PASSWORD, 'wrong'), /password.*in its URL/],
    ['no password', (url: string) => url.replace(`:${PASSWORD}`, ''), /needs a password/],
    ['no such database', (url: string) => url.replace(/\w+$/, 'nobody'), /Make that database/],
    ['another address', () => 'mysql://localhost/x', /write it like postgres:/],
    ['no address', () => 'localhost', /write it like postgres:/],
  ])('says at the start what is wrong: %s', async (_, change, message) => {
    const start = startOn(change(server.url()))
    await expect(start).rejects.toThrow(message)
    await expect(start).rejects.not.toThrow(/secret|wrong@/)
  })

  test.concurrent('refuses a database that a newer Weir has used', async () => {
    const url = await server.database()
    await expect(startOn(url, ['--run-postgres-migrations'])).rejects.toThrow('up to date')
    await server.query('INSERT INTO weir.migration (version) VALUES (1000)', databaseOf(url))
    await expect(startOn(url)).rejects.toThrow(/used by a newer Weir \(schema 1000/)
  })

  test.concurrent('refuses a database that cannot keep all characters', async () => {
    await server.query(
      `CREATE DATABASE narrow ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    )
    await expect(startOn(server.url('narrow'))).rejects.toThrow(/encoding UTF8/)
  })

  test('F265 writes rows in batches, as large and as often as the configuration says', async () => {
    const url = await server.database()
    const file = join(folder, 'batches.toml')
    const batches = 'enabled = true, flush_interval_ms = 3_600_000, max_rows_postgres = 5'
    writeFileSync(file, `[gateway.observability]\nbatch_writes = { ${batches} }\n`)
    await using weir = await startOn(url, ['--config-file', file])
    const ask = async () => {
      const messages = [{ role: 'user', content: 'Hi' }]
      const body = JSON.stringify({ model: 'dummy::good', messages })
      const path = '/openai/v1/chat/completions'
      const headers = { 'content-type': 'application/json' }
      expect((await fetch(weir.url + path, { method: 'POST', headers, body })).status).toBe(200)
    }
    const written = async (table: string) => {
      const rows = await server.query(
        `SELECT count(DISTINCT xmin::text)::int AS batches, count(*)::int AS rows FROM weir.${table}`,
        databaseOf(url),
      )
      return rows[0]
    }
    // What is written at the start goes at once, and all that waits with it.
    await within(PATIENCE_MS, async () => Number((await written('document'))?.['rows']) > 0)
    for (let number = 1; number <= 4; number++) await ask()
    expect(await written('inference')).toEqual({ batches: 0, rows: 0 })
    await ask()
    await within(PATIENCE_MS, async () => Number((await written('inference'))?.['rows']) >= 5)
    expect(await written('inference')).toEqual({ batches: 1, rows: 5 })
  })

  test('starts, serves, keeps records and takes what is said of them while there is no server at all', async () => {
    const url = await server.database()
    await server.stop()
    await using weir = await startOn(url)
    const load = new Load(weir.url, 2)
    await load.more(20)
    expect(await healthOf(weir)).toMatchObject({ store: 'degraded', postgres: 'error' })
    await load.stop()
    const id = load.answered[0]?.[0] ?? ''
    expect(await say(weir, id)).toBe(200)
    const page = await fetch(`${weir.url}/internal/ui/inferences/${id}`)
    expect(await page.json()).toMatchObject({ state: 'done', payload: 'present' })
    // Whether this one exists only the server knows.
    expect(await say(weir, '01900000-0000-7000-8000-000000000000')).toBe(503)
    await server.start()
    await settled(weir)
    await expectAll(url, [load])
    const said = await server.query('SELECT target_id, value FROM weir.feedback', databaseOf(url))
    expect(said).toEqual([{ target_id: id, value: 'good' }])
  })
})

describe('Faults of PostgreSQL under load', { timeout: PATIENCE_MS }, () => {
  const faults: readonly (readonly [string, () => Promise<void>])[] = [
    [
      'killed',
      async () => {
        await server.kill()
        await pass(1500)
        await server.start()
      },
    ],
    [
      'paused for 15 seconds',
      async () => {
        server.pause()
        await pass(15_000)
        server.resume()
      },
    ],
    [
      'restarted twice',
      async () => {
        for (let time = 0; time < 2; time++) {
          await server.stop()
          await server.start()
          await pass(500)
        }
      },
    ],
    [
      'read-only',
      async () => {
        await server.stop()
        await server.start({ default_transaction_read_only: 'on' })
        await pass(1500)
        await server.stop()
        await server.start()
      },
    ],
    [
      'out of connections',
      async () => {
        await server.stop()
        await server.start({ max_connections: '1', superuser_reserved_connections: '0' })
        await pass(1500)
        await server.stop()
        await server.start()
      },
    ],
  ]
  test.each(faults)(
    '%s: no request fails, and every record arrives once',
    async (_, fault) => {
      const url = await server.database()
      await using weir = await startOn(url)
      const load = new Load(weir.url, 3)
      await pass(500)
      await fault()
      await pass(500)
      await load.stop()
      await settled(weir)
      await expectAll(url, [load])
    },
    120_000,
  )
})

test(
  'two gateways share a database, and one may die',
  async () => {
    const url = await server.database()
    const file = join(folder, 'weir.toml')
    writeFileSync(file, '[gateway.observability]\ndurability = "before_reply"\n')
    const args = ['--config-file', file]
    await using one = await startOn(url, args)
    await using other = await startOn(url, args)
    const loads = [new Load(one.url, 2), new Load(other.url, 2)] as const
    await Promise.all(loads.map((load) => load.more(20)))
    loads[1].mayFail()
    await other.stop('SIGKILL')
    await loads[0].more(20)
    await Promise.all(loads.map((load) => load.stop()))
    await settled(one)
    await expectAll(url, loads)
  },
  PATIENCE_MS,
)
