import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { InferenceRecord } from '../../domain/record.ts'
import { systemClock } from '../../lib/clock.ts'
import { Budget } from '../budget.ts'
import { makeDirectory, query } from '../fixtures/open.ts'
import { attemptOf, FIRST_MS, recordOf } from '../fixtures/records.ts'
import type { UsageName, UsagePeriod, UsageQuery, UsageRow } from '../usage.ts'
import { HotFile } from './hot-file.ts'
import { unplaced } from './payload-files.ts'
import { HOT_FILE } from './hot-schema.ts'
import { Library } from './library.ts'
import { Queries } from './queries.ts'
import { reprice } from './reprice.ts'
import { GRAINS, sourcesOf } from './rollup-grains.ts'

const HOUR = 3_600_000
const DAYS = 4
const MUCH_LATER = FIRST_MS + 10 * DAYS * 24 * HOUR

let directory: ReturnType<typeof makeDirectory>
beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => directory.remove())

/** Spread over four days, several an hour, with a gap of a day. */
function rowOf(number: number): InferenceRecord {
  const hour = (number * 7) % (DAYS * 24)
  const failed = number % 5 === 0
  const startedAt = FIRST_MS + hour * HOUR + (hour > 48 ? 24 * HOUR : 0) + (number % 59) * 60_000
  return recordOf(number, {
    startedAt,
    functionName: `f${number % 3}`,
    variantName: `v${number % 2}`,
    model: `m${number % 4}`,
    outcome: failed ? 'timeout' : 'ok',
    latencyUs: 1000 + ((number * 7919) % 1000) * 5000,
    costNano: number % 7 === 0 ? null : number,
    usage: null,
    tags: {},
    attempts: [attemptOf(number, { provider: `p${number % 2}`, costNano: number })],
  })
}

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => rowOf(from + index))

function write(hot: HotFile, records: readonly InferenceRecord[]): void {
  hot.write({ records: unplaced(records), begun: [], changes: [] })
}

function closeHours(hot: HotFile, now: number): number {
  let hours = 0
  while (hot.closeHour(now)) hours++
  return hours
}

const PERIODS: readonly UsagePeriod[] = ['hour', 'day', 'all']
const BY: readonly (readonly UsageName[])[] = [[], ['provider', 'model'], ['function']]
const WHERE: readonly UsageQuery['where'][] = [{}, { model: 'm1' }]
const SPANS = [
  { from: 0, to: 1e14 },
  { from: FIRST_MS + 30 * HOUR, to: FIRST_MS + 99.5 * HOUR },
]

/** Every sort of question that sums answer. */
function ask(): { question: UsageQuery; found: UsageRow[] }[] {
  const answers = new Queries(new Library(directory.path), new Budget(systemClock, 60_000))
  const questions = PERIODS.flatMap((period) =>
    BY.flatMap((by) =>
      WHERE.flatMap((where = {}) =>
        SPANS.map(({ from, to }): UsageQuery => {
          const level = by.length === 2 ? 'attempt' : 'inference'
          return { level, period, by, where, from, to, quantiles: [0.5, 0.99] }
        }),
      ),
    ),
  )
  return questions.map((question) => ({ question, found: sorted(answers.usage(question)) }))
}

function sorted(found: readonly UsageRow[]): UsageRow[] {
  return found.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
}

function nameOf({ startedAt, names }: UsageRow): string {
  return JSON.stringify([startedAt, names])
}

test('usage is the same whether hours are added up to days or not, and what comes late counts', () => {
  const hot = new HotFile(directory.path)
  write(hot, rows(1, 250))
  const before = ask()
  expect(closeHours(hot, FIRST_MS + 20.5 * HOUR)).toBe(20)
  expect(ask()).toEqual(before)
  expect(closeHours(hot, FIRST_MS + 60 * HOUR)).toBe(29)
  expect(ask()).toEqual(before)
  write(hot, rows(250, 300))
  const after = ask()
  closeHours(hot, MUCH_LATER)
  hot.close(true)
  expect(ask()).toEqual(after)
  expect(after).not.toEqual(before)
  const counts = query(
    join(directory.path, HOT_FILE),
    'SELECT grain, level, sum(n) AS n FROM rollup_sum GROUP BY grain, level',
  )
  expect(counts).toEqual(
    GRAINS.flatMap(({ code }) => [0, 1].map((level) => ({ grain: code, level, n: 299 }))),
  )
})

test('an hour is closed once it is over, and with it what is late', () => {
  const hot = new HotFile(directory.path)
  write(hot, [recordOf(1, { startedAt: FIRST_MS })])
  expect(hot.closeHour(FIRST_MS + HOUR)).toBe(false)
  expect(hot.closeHour(FIRST_MS + 1.2 * HOUR)).toBe(true)
  expect(hot.closeHour(FIRST_MS + 1.2 * HOUR)).toBe(false)
  hot.close(true)
})

test('costs of closed hours follow when requests are priced again', () => {
  const hot = new HotFile(directory.path)
  const usage = { ...recordOf(1).usage, input: 10 } as NonNullable<InferenceRecord['usage']>
  const records = [1, 2, 3].map((number) =>
    recordOf(number, {
      startedAt: FIRST_MS + number * 20 * HOUR,
      costNano: null,
      attempts: [attemptOf(number, { usage, costNano: null, costSource: null })],
    }),
  )
  write(hot, records)
  closeHours(hot, FIRST_MS + 45 * HOUR)
  hot.close(true)
  const options = { dataDir: directory.path, since: null, model: null, dryRun: false }
  reprice({ ...options, price: ({ usage: used }) => used.input, progress: () => {} })
  const costs = query(
    join(directory.path, HOT_FILE),
    'SELECT DISTINCT sum(cost_nano) AS cost, sum(costed) AS costed FROM rollup_sum GROUP BY grain, level',
  )
  expect(costs).toEqual([{ cost: 20, costed: 2 }])
})

test('days are read whole, and the hours at their ends by themselves', () => {
  const hot = new HotFile(directory.path)
  write(hot, rows(1, 300))
  closeHours(hot, FIRST_MS + 80 * HOUR)
  hot.close(true)
  const db = new Library(directory.path).hot()
  if (db === null) throw new Error('There is no file.')
  const first = Math.floor(FIRST_MS / HOUR)
  const hours = { from: first, to: first + 100 }
  const read = (names: 'all' | 'none', hourly: boolean) =>
    sourcesOf(db, hours, { names, hourly }).map(({ table, hours: span }) => [
      /grain = (\d)/.exec(table)?.[1] ?? table,
      span.to - span.from,
    ])
  expect(read('none', true).map(([table]) => table)).toEqual(['1', 'rollup'])
  const days = read('all', false)
  expect(days.map(([table]) => table)).toEqual(['rollup', '3', 'rollup', 'rollup'])
  expect(days.reduce((sum, [, length]) => sum + Number(length), 0)).toBe(100)
})
