import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ClickHouse, startClickHouse } from '../../../test/support/clickhouse.ts'
import { systemClock } from '../../lib/clock.ts'
import { CHAT, clickHouseOn } from '../fixtures/clickhouse-engine.ts'
import { attemptOf, idOf, recordOf } from '../fixtures/records.ts'
import { ClickHouseEngine } from './engine.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let server: ClickHouse
let databases = 0
beforeAll(async () => {
  server = await startClickHouse()
})
afterAll(() => server[Symbol.asyncDispose]())

const engineOn = (
  database = `opening_${++databases}`,
  how: Parameters<typeof clickHouseOn>[2] = {},
) => clickHouseOn(server, database, how)

/** TensorZero's tables as its first version made them, with an inference and feedback in each. */
const OLD = [
  `CREATE TABLE TensorZeroMigration (migration_id UInt32, migration_name String,
    gateway_version String, gateway_git_sha String, applied_at DateTime64(6, 'UTC') DEFAULT now(),
    execution_time_ms UInt64, extra_data Nullable(String)) ENGINE = MergeTree ORDER BY migration_id`,
  "INSERT INTO TensorZeroMigration (migration_id, migration_name) VALUES (0, 'Migration0000')",
  `CREATE TABLE ChatInference (id UUID, function_name LowCardinality(String),
    variant_name LowCardinality(String), episode_id UUID, input String, output String,
    tool_params String, inference_params String, processing_time_ms UInt32,
    timestamp DateTime MATERIALIZED UUIDv7ToDateTime(id)) ENGINE = MergeTree
    ORDER BY (function_name, variant_name, episode_id)`,
  `CREATE TABLE ModelInference (id UUID, inference_id UUID, raw_request String,
    raw_response String, model_name LowCardinality(String),
    model_provider_name LowCardinality(String), input_tokens UInt32, output_tokens UInt32,
    response_time_ms UInt32, ttft_ms Nullable(UInt32),
    timestamp DateTime MATERIALIZED UUIDv7ToDateTime(id)) ENGINE = MergeTree ORDER BY inference_id`,
  `CREATE TABLE FloatMetricFeedback (id UUID, target_id UUID, metric_name LowCardinality(String),
    value Float32, timestamp DateTime MATERIALIZED UUIDv7ToDateTime(id)) ENGINE = MergeTree
    ORDER BY (metric_name, target_id)`,
]

describe('F242 a database that TensorZero has filled', () => {
  test('is extended, keeps every row, and shows them in the log', async () => {
    const store = engineOn()
    await server.query(`CREATE DATABASE ${store.database}`)
    for (const statement of OLD) await server.query(statement, store.database)
    const input = '{"messages":[{"role":"user","content":[{"type":"text","text":"old question"}]}]}'
    const output = '[{"type":"text","text":"old answer"}]'
    const insert = (sql: string) => server.query(`INSERT INTO ${sql}`, store.database)
    await insert(`ChatInference VALUES ('${idOf(1)}', 'f', 'v', '${idOf(1, 1)}', '${input}',
      '${output}', '', '{}', 1234)`)
    await insert(`ModelInference VALUES ('${idOf(1, 2)}', '${idOf(1)}', 'req', 'resp', 'gpt',
      'openai', 10, 5, 1000, NULL)`)
    await insert(`FloatMetricFeedback VALUES ('${idOf(1, 3)}', '${idOf(1)}', 'quality', 0.5)`)
    await store.open()
    const attempt = attemptOf(2, { usage: recordOf(2).usage })
    await store.write([recordOf(2, { native: CHAT, attempts: [attempt] })])
    const [counts] = await store.rows(`SELECT (SELECT count() FROM ChatInference) AS chat,
      (SELECT count() FROM InferenceById) AS by_id, (SELECT count() FROM WeirInference) AS ours,
      (SELECT count() FROM FloatMetricFeedbackByVariant) AS by_variant,
      (SELECT sum(count) FROM CumulativeUsage WHERE type = 'model_inferences') AS calls`)
    expect(counts).toEqual({ chat: 2, by_id: 2, ours: 2, by_variant: 1, calls: 2 })
    const page = await store.reads.list({ terms: [] }, { before: null, limit: 10 })
    expect(page?.rows.map(({ id }) => id)).toContain(idOf(1))
    const old = await store.reads.get(idOf(1))
    expect(old).toMatchObject({
      functionName: 'f',
      variantName: 'v',
      model: 'gpt',
      provider: 'openai',
      inputTokens: 10,
      outputTokens: 5,
      latencyUs: 1_234_000,
      outcome: 'ok',
    })
    const said = await store.reads.feedbackOf(idOf(1), { limit: 5 })
    expect(said).toMatchObject([{ metricName: 'quality', value: 0.5, level: 'inference' }])
    const usage = await store.reads.usage({ level: 'attempt', period: 'all', by: [] })
    expect(usage).toMatchObject([{ count: 2, inputTokens: 22 }])
    await store.close()
  })

  test('is not touched where migrations are a person’s work', async () => {
    const store = engineOn(undefined, { migrate: false })
    await server.query(`CREATE DATABASE ${store.database}`)
    await expect(store.open()).rejects.toMatchObject({
      kind: 'settings',
      message: expect.stringContaining('disable_automatic_migrations'),
    })
    expect(
      await store.rows('SELECT name FROM system.tables WHERE database = currentDatabase()'),
    ).toEqual([])
  })

  test('is refused when a newer Weir has used it', async () => {
    const store = engineOn()
    await store.open()
    await server.query('INSERT INTO WeirMigration (version) VALUES (99)', store.database)
    await expect(store.open()).rejects.toMatchObject({ kind: 'newer' })
    await store.close()
  })
})

const DAY_MS = 86_400_000

/** A request of so many days ago, its id of that time. */
function recordFrom(daysAgo: number) {
  const startedAt = Date.now() - daysAgo * DAY_MS
  const time = startedAt.toString(16).padStart(12, '0')
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000001`
  return recordOf(daysAgo, {
    id,
    startedAt,
    native: CHAT,
    attempts: [attemptOf(daysAgo, { id })],
  })
}

const HAVE_TTL = `SELECT name FROM system.tables
  WHERE database = currentDatabase() AND create_table_query LIKE '% TTL %' ORDER BY name`

test('what is older than it is to be goes by itself, and stays where nothing is said', async () => {
  const database = 'retention'
  const usual = engineOn(database)
  await usual.open()
  await usual.write([recordFrom(20), recordFrom(5)])
  await server.query('ALTER TABLE BatchRequest MODIFY TTL timestamp + toIntervalYear(9)', database)
  await usual.close()
  const brief = engineOn(database, { maxDays: 10 })
  await brief.open()
  for (const table of ['WeirInference', 'ChatInference', 'ModelInference', 'InferenceById']) {
    await server.query(`OPTIMIZE TABLE ${table} FINAL`, database)
    expect(await brief.rows(`SELECT count() AS n FROM ${table}`)).toEqual([{ n: 1 }])
  }
  expect(await brief.rows(HAVE_TTL)).toHaveLength(20)
  await brief.close()
  const endless = engineOn(database, { maxDays: null })
  await endless.open()
  expect(await endless.rows(HAVE_TTL)).toEqual([{ name: 'BatchRequest' }])
  expect(await endless.rows('SELECT count() AS n FROM WeirInference')).toEqual([{ n: 1 }])
  await endless.close()
})

async function tryToOpen(url: string): Promise<void> {
  const engine = new ClickHouseEngine({ url, cluster: null, migrate: true, clock: systemClock })
  await engine.open(AbortSignal.timeout(20_000)).finally(() => engine.close())
}

describe('a ClickHouse that cannot be used', () => {
  test.each([
    [
      'a wrong password',
      (url: string) => url.replace(/weir:[^@]*@/, 'weir:wrong@'),
      'settings',
      /refuses us.*Authentication failed.*Check the user/,
    ],
    [
      'no server',
      () => 'http://weir:secret@127.0.0.1:1/x',
      'away',
      /127\.0\.0\.1:1\/x cannot be reached: ECONNREFUSED/,
    ],
    [
      'another protocol',
      () => 'clickhouse://weir:secret@127.0.0.1/x',
      'settings',
      /must look like http/,
    ],
    ['a path that is no database', (url: string) => `${url}/more`, 'settings', /names no database/],
  ])('%s is said clearly, and no password with it', async (_, address, kind, words) => {
    const opening = tryToOpen(address(server.url('nowhere')))
    await expect(opening).rejects.toMatchObject({ kind, message: expect.stringMatching(words) })
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('secret') })
  })
})
