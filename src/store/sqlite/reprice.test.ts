import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AttemptRecord, BATCH_DIALECT, type InferenceRecord } from '../../domain/record.ts'
import { UNKNOWN_USAGE } from '../../domain/usage.ts'
import { makeDirectory, query } from '../fixtures/open.ts'
import { attemptOf, FIRST_MS, recordOf } from '../fixtures/records.ts'
import { SqliteEngine } from './engine.ts'
import { HOT_FILE } from './hot-schema.ts'
import { reprice, type RepriceOptions, type RepriceSums } from './reprice.ts'

const usage = { ...UNKNOWN_USAGE, input: 10, output: 5 }

let directory: ReturnType<typeof makeDirectory>
beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => directory.remove())

test('prices again what the table priced and what had no price, and nothing else', () => {
  store([
    [{ usage, costNano: 1, costSource: 'table' }],
    [{ usage, costNano: null, costSource: null }],
    [{ usage, costNano: 2, costSource: 'config' }],
    [{ usage, costNano: 3, costSource: 'reported' }],
    [{ usage, costNano: 4 }],
    [{ usage: null, costNano: null }],
  ])
  expect(run({})).toMatchObject({ read: 2, changed: 2, beforeNano: 1, afterNano: 200 })
  expect(costs()).toEqual([100, 100, 2, 3, 4, null])
  expect(sources()).toEqual([3, 3, 1, 2, null, null])
  expect(run({})).toMatchObject({ read: 2, changed: 0 })
})

test('a request costs the sum of its attempts', () => {
  store([
    [
      { usage, costNano: 7, costSource: 'reported', number: 1 },
      { usage, costNano: null, number: 2 },
    ],
  ])
  run({})
  expect(costs()).toEqual([107])
})

test('leaves batches alone: the table tells what single calls cost', () => {
  const engine = new SqliteEngine(directory.path)
  write(engine, [[{ usage, costNano: null, costSource: null }]], { dialect: BATCH_DIALECT })
  engine.close(true)
  expect(run({})).toMatchObject({ read: 0, changed: 0 })
  expect(costs()).toEqual([null])
})

test('keeps a cost that no entry prices any more', () => {
  store([[{ usage, costNano: 5, costSource: 'table' }]])
  expect(run({ price: () => null })).toMatchObject({ read: 1, changed: 0 })
  expect(costs()).toEqual([5])
})

test('tells the price what was used, by whom and when', () => {
  store([[{ usage, providerType: 'acme', upstreamModel: 'big-1' }]])
  const asked: unknown[] = []
  run({ price: (attempt) => (asked.push(attempt), null) })
  expect(asked).toEqual([{ providerType: 'acme', model: 'big-1', at: FIRST_MS, usage }])
})

test('takes only requests since a time, or of a model by either of its names', () => {
  store([[{ usage }], [{ usage, upstreamModel: 'gpt-2' }], [{ usage }]])
  expect(run({ since: FIRST_MS + 2000, dryRun: true }).read).toBe(1)
  expect(run({ model: 'gpt-2', dryRun: true }).read).toBe(1)
  expect(run({ model: 'gpt', dryRun: true }).read).toBe(3)
  expect(run({ model: 'other', dryRun: true }).read).toBe(0)
})

test('a dry run changes nothing', () => {
  store([[{ usage }]])
  expect(run({ dryRun: true })).toMatchObject({ changed: 1, afterNano: 100 })
  expect(costs()).toEqual([null])
})

test('goes in small steps, and tells of each', () => {
  store(Array.from({ length: 1200 }, () => [{ usage }]))
  const steps: number[] = []
  const sums = run({ progress: ({ seq }) => steps.push(seq) })
  expect(steps).toEqual([500, 1000, 1200])
  expect(sums.changed).toBe(1200)
})

test('works beside a running gateway', () => {
  const engine = new SqliteEngine(directory.path)
  try {
    write(engine, [[{ usage }]])
    expect(run({}).changed).toBe(1)
    write(engine, [[{ usage }], [{ usage }]])
  } finally {
    engine.close(true)
  }
  expect(costs()).toEqual([100, null])
})

test('says so when there are no records, or they are of another version', () => {
  expect(() => run({})).toThrow('There are no records in')
  store([[{ usage }]])
  setVersion(1)
  expect(() => run({})).toThrow('is of an older Weir')
  setVersion(999)
  expect(() => run({})).toThrow('was written by a newer Weir')
})

type Attempts = readonly Partial<AttemptRecord>[]

function store(requests: readonly Attempts[]): void {
  const engine = new SqliteEngine(directory.path)
  write(engine, requests)
  engine.close(true)
}

function write(
  engine: SqliteEngine,
  requests: readonly Attempts[],
  facts: Partial<InferenceRecord> = {},
): void {
  const records = requests.map((attempts, number) => {
    const made = attempts.map((attempt) => attemptOf(number, attempt))
    return recordOf(number, { attempts: made, costNano: made[0]?.costNano ?? null, ...facts })
  })
  engine.commit(engine.prepare(records), [], [])
}

function run(options: Partial<RepriceOptions>): RepriceSums {
  return reprice({
    dataDir: directory.path,
    since: null,
    model: null,
    dryRun: false,
    price: () => 100,
    progress: () => undefined,
    ...options,
  })
}

function setVersion(version: number): void {
  const db = new DatabaseSync(join(directory.path, HOT_FILE))
  db.exec(`PRAGMA user_version = ${version}`)
  db.close()
}

function costs(): unknown[] {
  const path = join(directory.path, HOT_FILE)
  return query(path, 'SELECT cost_nano FROM inference ORDER BY seq').map((row) => row['cost_nano'])
}

function sources(): unknown[] {
  const path = join(directory.path, HOT_FILE)
  const sql = 'SELECT cost_source FROM attempt ORDER BY seq, position'
  return query(path, sql).map((row) => row['cost_source'])
}
