import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { matchesLog } from '../../domain/log-query-match.ts'
import type { LogFilter, LogTerm } from '../../domain/log-query.ts'
import type { InferenceRecord } from '../../domain/record.ts'
import { systemClock } from '../../lib/clock.ts'
import { Budget } from '../budget.ts'
import { makeDirectory, query } from '../fixtures/open.ts'
import { attemptOf, FIRST_MS, recordOf } from '../fixtures/records.ts'
import { SqliteEngine } from './engine.ts'
import { HotFile } from './hot-file.ts'
import { unplaced } from './payload-files.ts'
import { HOT_FILE } from './hot-schema.ts'
import { Library } from './library.ts'
import { Queries } from './queries.ts'
import { reprice } from './reprice.ts'

const HOUR = 3_600_000
const ROWS = 50_500
const SPAN = { from: FIRST_MS - HOUR / 2, to: FIRST_MS + 140.5 * HOUR, buckets: 60 }

let directory: ReturnType<typeof makeDirectory>
beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => directory.remove())

const rollups = () => query(join(directory.path, HOT_FILE), 'SELECT * FROM rollup')

/** Rows without contents, some ten seconds apart. */
function rowOf(number: number): InferenceRecord {
  const failed = number % 11 === 0
  return recordOf(number, {
    startedAt: FIRST_MS + number * 10_007,
    functionName: `f${number % 3}`,
    requestedModel: number % 5 === 0 ? 'alias' : 'gpt',
    outcome: failed ? 'timeout' : 'ok',
    latencyUs: 1000 + ((number * 7919) % 100_000) * 50,
    ttftUs: number % 2 === 0 ? 500 + (number % 977) : null,
    costNano: number % 7 === 0 ? null : number,
    tags: {},
    attempts: number % 100 === 0 ? [attemptOf(number)] : [],
  })
}

function write(records: readonly InferenceRecord[]): void {
  const hot = new HotFile(directory.path)
  for (let start = 0; start < records.length; start += 1000) {
    const batch = records.slice(start, start + 1000)
    hot.write({ records: unplaced(batch), begun: [], changes: [] })
  }
  hot.close(true)
}

const term = (field: LogTerm['field'], value: string, negated = false): LogTerm => ({
  field,
  op: '=',
  value,
  negated,
})

test('an overview of many rows is read from sums, and is the same', { timeout: 200_000 }, () => {
  const records = Array.from({ length: ROWS }, (_, index) => rowOf(index))
  write(records)
  const answers = new Queries(new Library(directory.path), new Budget(systemClock, 60_000))
  const filters: LogTerm[][] = [
    [],
    [term('function', 'f1'), term('status', 'error')],
    [term('model', 'ali*', true)],
    [term('model', 'gpt'), term('status', 'ok', true)],
    [term('provider', 'nobody')],
  ]
  for (const terms of filters) {
    const wanted = records.filter((record) => isIn({ terms, from: SPAN.from, to: SPAN.to }, record))
    const found = answers.overview({ terms }, SPAN)
    const errors = wanted.filter(({ outcome }) => outcome !== 'ok').length
    const costNano = wanted.reduce((sum, record) => sum + (record.costNano ?? 0), 0)
    expect([terms, found]).toMatchObject([terms, { requests: wanted.length, errors, costNano }])
    const sorted = wanted.map(({ latencyUs }) => latencyUs).toSorted((one, other) => one - other)
    const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null
    expect(Math.abs((found.latencyP95Us ?? 1) / (p95 ?? 1) - 1)).toBeLessThan(0.02)
  }
  // A page that no index leads to ends when its time is up, and the next one goes on.
  let us = 0
  const hasty = new Budget({ ...systemClock, us: () => (us += 1_500_000) }, 60_000)
  const slow = { terms: [{ ...term('latency', ''), op: '>', value: 5005 } as const] }
  const library = new Library(directory.path)
  const first = new Queries(library, hasty).list(slow, { before: null, limit: 10 })
  expect(first).toEqual({ rows: [], next: ROWS - 50_000 + 1 })
  const second = new Queries(library, hasty).list(slow, { before: first.next, limit: 10 })
  expect(second).toEqual({ rows: [], next: null })
  expect(new Queries(library, hasty).count(slow)).toEqual({ count: 0, exact: false })

  const { bucketMs, buckets } = answers.overview({ terms: [] }, SPAN)
  expect(bucketMs).toBe(3 * HOUR)
  for (const { startedAt, requests } of buckets) {
    const span = { terms: [], from: Math.max(SPAN.from, startedAt), to: startedAt + bucketMs }
    const wanted = records.filter((record) => isIn(span, record) && record.startedAt < SPAN.to)
    expect([startedAt, requests]).toEqual([startedAt, wanted.length])
  }
})

test('rows that are older than the sums are added to them bit by bit', () => {
  write(Array.from({ length: 1234 }, (_, index) => rowOf(index)))
  const live = rollups()
  const db = new DatabaseSync(join(directory.path, HOT_FILE))
  db.exec("DELETE FROM rollup; INSERT INTO meta VALUES ('rollup_below', '1235')")
  db.close()
  const hot = new HotFile(directory.path)
  hot.write({ records: unplaced([rowOf(5000)]), begun: [], changes: [] })
  let steps = 0
  while (hot.catchUp()) steps++
  hot.close(true)
  expect(steps).toBe(3)
  expect(rollups()).toHaveLength(live.length + 2)
  expect(rollups()).toEqual(expect.arrayContaining(live))
})

test('sums follow when requests are priced again', () => {
  const usage = { ...recordOf(1).usage, input: 10 } as NonNullable<InferenceRecord['usage']>
  const records = [1, 2, 3].map((number) =>
    recordOf(number, {
      costNano: null,
      attempts: [attemptOf(number, { usage, costNano: null, costSource: null })],
    }),
  )
  const engine = new SqliteEngine(directory.path)
  engine.commit(engine.prepare(records), [], [])
  engine.close(true)
  const options = { dataDir: directory.path, since: null, model: null, dryRun: false }
  reprice({ ...options, price: ({ usage: used }) => used.input, progress: () => {} })
  const costs = query(
    join(directory.path, HOT_FILE),
    'SELECT level, sum(cost_nano) AS cost, sum(costed) AS costed FROM rollup GROUP BY level',
  )
  expect(costs).toEqual([
    { level: 0, cost: 30, costed: 3 },
    { level: 1, cost: 30, costed: 3 },
  ])
})

function isIn(filter: LogFilter, record: InferenceRecord): boolean {
  const provider = record.attempts.at(-1)?.provider ?? null
  return matchesLog(filter, { ...record, provider, inputTokens: null, outputTokens: null })
}
