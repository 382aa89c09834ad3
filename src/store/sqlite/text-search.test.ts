import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogFilter } from '../../domain/log-query.ts'
import { parseLogQuery } from '../../domain/log-query-parser.ts'
import { Budget } from '../budget.ts'
import { makeDirectory } from '../fixtures/open.ts'
import { idOf, recordOf } from '../fixtures/records.ts'
import { SqliteEngine } from './engine.ts'
import { Library } from './library.ts'
import { Queries } from './queries.ts'

const directory = makeDirectory()
const { filter } = parseLogQuery('needle')

beforeAll(() => {
  const engine = new SqliteEngine(directory.path)
  const records = Array.from({ length: 100 }, (_, number) =>
    recordOf(number, {
      input: [
        {
          role: 'user',
          content: [{ type: 'text', text: number % 40 === 0 ? 'a needle' : 'straw' }],
        },
      ],
    }),
  )
  engine.commit(engine.prepare(records), [], [])
  engine.close(true)
})
afterAll(() => directory.remove())

/** Each look at the clock takes 50 ms: time for about forty rows. */
function slowAnswers(): Queries {
  let us = 0
  const clock = { now: () => 0, us: () => (us += 50_000) }
  return new Queries(new Library(directory.path), new Budget(clock, 60_000))
}

test('when the time is up, a page ends where the search stopped, and the next one goes on', () => {
  const found: string[] = []
  const sizes: number[] = []
  let before: number | null = null
  do {
    const { rows, next } = slowAnswers().list(filter, { before, limit: 100 })
    found.push(...rows.map(({ id }) => id))
    sizes.push(rows.length)
    before = next
  } while (before !== null)
  expect(found).toEqual([idOf(80), idOf(40), idOf(0)])
  expect(sizes.length).toBeGreaterThan(1)
})

test('a count that was not finished says so', () => {
  const { count, exact } = slowAnswers().count(filter)
  expect(count).toBeLessThan(3)
  expect(exact).toBe(false)
  expect(slowAnswers().count({ terms: [] } satisfies LogFilter)).toEqual({
    count: 100,
    exact: true,
  })
})
