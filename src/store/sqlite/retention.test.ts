import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { InferenceRecord } from '../../domain/record.ts'
import { systemClock } from '../../lib/clock.ts'
import { Budget } from '../budget.ts'
import { makeDirectory, query } from '../fixtures/open.ts'
import { FIRST_MS, idOf, recordOf } from '../fixtures/records.ts'
import type { Retention } from '../retention.ts'
import { SqliteEngine } from './engine.ts'
import { HOT_FILE } from './hot-schema.ts'
import { Library } from './library.ts'
import { Queries } from './queries.ts'

const DAY = 86_400_000
const WEEKS = ['payload-202648.db', 'payload-202649.db', 'payload-202650.db']

let directory: ReturnType<typeof makeDirectory>
beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => directory.remove())

/** `perDay` requests on each of 21 days, each of some kilobytes that do not compress. */
function write(perDay: number): void {
  const engine = new SqliteEngine(directory.path)
  for (let day = 0; day < 21; day++) {
    const records = Array.from({ length: perDay }, (_, index) =>
      recordOn(day, day * perDay + index),
    )
    engine.commit(engine.prepare(records), [], [])
  }
  const target = { at: FIRST_MS, level: 'inference', type: 'float', metricName: 'm' } as const
  for (const number of [1, perDay * 20]) {
    const feedback = { ...target, id: idOf(number, 3), targetId: idOf(number), value: 1 }
    engine.commit(
      [],
      [],
      [{ kind: 'feedback', feedback: { ...feedback, tags: {}, configHash: '' } }],
    )
  }
  engine.close(true)
}

function recordOn(day: number, number: number): InferenceRecord {
  const noise = Buffer.from(
    Array.from(
      { length: 3000 },
      (_, at) => (at * at * 31 + number * 7919 + (at % 13) * number) % 256,
    ),
  )
  return recordOf(number, {
    startedAt: FIRST_MS + day * DAY,
    tags: { day: String(day) },
    rawRequest: noise.toString('base64'),
  })
}

/** Until there is nothing to do, at that time. */
function tidy(retention: Retention, now = FIRST_MS + 21 * DAY): number {
  const clock = { now: () => now, us: systemClock.us }
  const engine = new SqliteEngine(directory.path, retention, clock)
  let longestMs = 0
  for (let more = true; more;) {
    const startedMs = performance.now()
    more = engine.tidy()
    longestMs = Math.max(longestMs, performance.now() - startedMs)
  }
  engine.close(true)
  return longestMs
}

const hot = (sql: string) => query(join(directory.path, HOT_FILE), sql)
const weeks = () => readdirSync(directory.path).filter((name) => name.startsWith('payload'))
const answers = () => new Queries(new Library(directory.path), new Budget(systemClock, 60_000))

test('keeps everything without bounds', () => {
  write(3)
  tidy({ maxDays: null, maxBytes: null })
  expect(weeks()).toEqual(WEEKS)
  expect(hot('SELECT count(*) AS n FROM inference')).toEqual([{ n: 63 }])
})

test('F249 deletes rows and texts of requests that are too old, and all that hangs on them', () => {
  write(30)
  tidy({ maxDays: 9, maxBytes: null })
  expect(weeks()).toEqual(WEEKS.slice(1))
  expect(hot('SELECT min(started_at) AS first, count(*) AS n FROM inference')).toEqual([
    { first: FIRST_MS + 12 * DAY, n: 270 },
  ])
  for (const table of ['attempt', 'tag']) {
    const sql = `SELECT count(*) AS n FROM ${table} WHERE seq NOT IN (SELECT seq FROM inference)`
    expect(hot(sql)).toEqual([{ n: 0 }])
  }
  expect(hot('SELECT count(*) AS n FROM tagkv')).toEqual([{ n: 9 }])
  expect(hot('SELECT count(*) AS n FROM feedback')).toEqual([{ n: 1 }])
  expect(hot('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  expect(answers().get(idOf(12 * 30))).toMatchObject({ payload: 'present' })
  expect(answers().get(idOf(12 * 30 - 1))).toBeNull()
  const [sums] = answers().usage({ level: 'inference', period: 'all', by: [] })
  expect(sums).toMatchObject({ count: 630 })
})

test('F249 deletes texts before rows when there is too much, whole weeks first', () => {
  write(30)
  const rows = hot('SELECT page_count * 4096 AS bytes FROM pragma_page_count')[0]?.['bytes']
  tidy({ maxDays: null, maxBytes: Number(rows) + 900_000 })
  expect(weeks()).toEqual(WEEKS.slice(2))
  expect(hot('SELECT count(*) AS n FROM inference')).toEqual([{ n: 630 }])
  expect(answers().get(idOf(0))).toMatchObject({ payload: 'missing', model: 'gpt' })
  expect(answers().get(idOf(629))).toMatchObject({ payload: 'present' })
  // Less room than one week needs: its oldest texts go.
  tidy({ maxDays: null, maxBytes: Number(rows) + 100_000 })
  expect(answers().get(idOf(14 * 30))).toMatchObject({ payload: 'missing' })
  expect(hot('SELECT count(*) AS n FROM inference')).toEqual([{ n: 630 }])
})

test('deletes the oldest rows where all texts are not enough', () => {
  // More than are deleted at a time.
  write(100)
  const rows = hot('SELECT page_count * 4096 AS bytes FROM pragma_page_count')[0]?.['bytes']
  tidy({ maxDays: null, maxBytes: Number(rows) - 100_000 })
  const [left] = hot('SELECT count(*) AS n, max(seq) AS newest FROM inference')
  expect(left).toMatchObject({ newest: 2100 })
  expect(left?.['n']).toBeLessThan(2100)
})

test('writes go on between the pieces, and free pages go back to the disk', () => {
  write(100)
  // Sums of days are made before anything is deleted.
  tidy({ maxDays: null, maxBytes: null })
  const before = Number(hot('PRAGMA page_count')[0]?.['page_count'])
  tidy({ maxDays: 1, maxBytes: null })
  expect(hot('SELECT count(*) AS n FROM inference')).toEqual([{ n: 100 }])
  expect(Number(hot('PRAGMA freelist_count')[0]?.['freelist_count'])).toBeLessThan(2048)
  expect(Number(hot('PRAGMA page_count')[0]?.['page_count'])).toBeLessThanOrEqual(before)
})
