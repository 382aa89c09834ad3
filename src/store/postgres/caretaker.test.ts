import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../test/support/postgres.ts'
import { FIRST_MS, idOf, recordOf } from '../fixtures/records.ts'
import type { Retention } from '../retention.ts'
import type { Change } from '../changes.ts'
import { PostgresEngine } from './engine.ts'

// A server in another process, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const DAY_MS = 86_400_000
const soon = () => AbortSignal.timeout(60_000)

let server: PostgresServer
let url: string
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  url = await server.database()
})

/** A gateway that does nothing but tidy up, on the 60th day. */
async function tidying(retention: Retention, writer = 'test'): Promise<PostgresEngine> {
  const clock = { now: () => FIRST_MS + 60 * DAY_MS, us: () => 0 }
  const engine = new PostgresEngine({ url, writer, care: { retention, clock } })
  await engine.open(soon())
  return engine
}

async function tidyAll(engine: PostgresEngine): Promise<number> {
  let steps = 0
  while (await engine.tidy(soon())) steps++
  return steps
}

const feedback = (number: number, day: number): Change => ({
  kind: 'feedback',
  feedback: {
    id: idOf(number, 3),
    at: FIRST_MS + day * DAY_MS,
    targetId: idOf(number),
    level: 'inference',
    type: 'float',
    metricName: 'm',
    value: 1,
    tags: {},
    configHash: '',
  },
})

/** Five requests on each of 60 days, and something said of each that day. */
async function fill(engine: PostgresEngine, textBytes = 10): Promise<void> {
  for (let day = 0; day < 60; day++) {
    const numbers = [0, 1, 2, 3, 4].map((index) => day * 5 + index)
    const records = numbers.map((number) =>
      recordOf(number, {
        startedAt: FIRST_MS + day * DAY_MS,
        rawRequest: Array.from({ length: textBytes / 10 }, () => Math.random()).join(''),
      }),
    )
    const changes = numbers.map((number) => feedback(number, day))
    await engine.write({ token: `${day}`, records, changes }, soon())
  }
}

const count = async (table: string) => {
  const [row] = await server.query(
    `SELECT count(*) AS n FROM weir.${table}`,
    new URL(url).pathname.slice(1),
  )
  return Number(row?.['n'])
}
const partitions = async (table: string) => {
  const rows = await server.query(
    `SELECT relname FROM pg_class WHERE relname ~ '^${table}_\\d{4}' AND relkind = 'r'`,
    new URL(url).pathname.slice(1),
  )
  return rows.length
}
const counts = async () => [
  await count('inference'),
  await count('attempt'),
  await count('payload'),
  await count('feedback'),
]

test('nothing is deleted where nothing was said of it', async () => {
  const engine = await tidying({ maxDays: null, maxBytes: null })
  await fill(engine)
  expect(await tidyAll(engine)).toBe(0)
  expect(await counts()).toEqual([300, 300, 300, 300])
  await engine.close()
})

test('F249 requests go when they are too old, with what was said of them, whole partitions at once', async () => {
  const engine = await tidying({ maxDays: 10, maxBytes: null })
  await fill(engine)
  const weeks = await partitions('payload')
  await tidyAll(engine)
  expect(await counts()).toEqual([50, 50, 50, 50])
  expect(await partitions('payload')).toBeLessThan(weeks - 5)
  // What comes late makes itself a place, and goes again.
  await engine.write({ token: 'late', records: [recordOf(1)], changes: [] }, soon())
  expect(await count('inference')).toBe(51)
  await tidyAll(engine)
  expect(await counts()).toEqual([50, 50, 50, 50])
  await engine.close()
})

test('F249 texts go before their rows where they are to', async () => {
  const engine = await tidying({ maxDays: 40, maxTextDays: 10, maxBytes: null })
  await fill(engine)
  await tidyAll(engine)
  expect(await counts()).toEqual([200, 200, 50, 200])
  await engine.close()
})

test('where it is too much, the oldest texts go, and the rows of this month stay', async () => {
  const maxBytes = 3_000_000
  const engine = await tidying({ maxDays: null, maxBytes })
  await fill(engine, 20_000)
  await tidyAll(engine)
  const [rows = 0, , texts = 0] = await counts()
  expect(rows).toBe(300)
  expect(texts).toBeGreaterThan(0)
  expect(texts).toBeLessThan(250)
  const [newest] = await server.query(
    'SELECT max(started_at) AS at FROM weir.payload',
    new URL(url).pathname.slice(1),
  )
  expect(newest?.['at']).toEqual(new Date(FIRST_MS + 59 * DAY_MS))
  await engine.close()
})

test('of several gateways one tidies up at a time', async () => {
  const gateways = await Promise.all(
    ['one', 'other'].map((name) => tidying({ maxDays: 10, maxBytes: null }, name)),
  )
  const [one, other] = gateways
  if (one === undefined || other === undefined) throw new Error('There are two.')
  await fill(one)
  await Promise.all(gateways.map(tidyAll))
  await tidyAll(one)
  expect(await counts()).toEqual([50, 50, 50, 50])
  await Promise.all(gateways.map((engine) => engine.close()))
})

test('a table that somebody reads is dropped another time, and nobody waits for it', async () => {
  const engine = await tidying({ maxDays: 10, maxBytes: null })
  await fill(engine)
  const reader = new pg.Client({ connectionString: url })
  await reader.connect()
  await reader.query('BEGIN')
  await reader.query('SELECT FROM weir.payload')
  expect(await engine.tidy(soon())).toBe(false)
  await engine.write({ token: 'meanwhile', records: [recordOf(1000)], changes: [] }, soon())
  await reader.query('COMMIT')
  await reader.end()
  await tidyAll(engine)
  expect(await counts()).toEqual([50, 50, 50, 50])
  await engine.close()
})
