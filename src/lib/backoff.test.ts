import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs, retryAfterS } from './backoff.ts'

test('waits between nothing and the exponential delay, never more than the most', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2000 }),
      fc.integer({ min: 0, max: 60_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (retry, most, random) => {
        const delay = backoffMs(retry, most, () => random)
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThanOrEqual(Math.min(most, 1000 * 2 ** retry))
        expect(Number.isInteger(delay)).toBe(true)
      },
    ),
  )
})

test('the most it may wait doubles from try to try', () => {
  expect([0, 1, 2, 3].map((retry) => backoffMs(retry, 5000, () => 1))).toEqual([
    1000, 2000, 4000, 5000,
  ])
})

const NOW = Date.parse('2026-06-01T12:00:00Z')

test.each([
  ['seconds', { 'retry-after': '7' }, 7],
  ['a fraction of seconds', { 'retry-after': '0.25' }, 0.25],
  ['nothing to wait for', { 'retry-after': '0' }, 0],
  ['space around it', { 'retry-after': ' 3 ' }, 3],
  ['milliseconds', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1.5],
  ['milliseconds that are none', { 'retry-after-ms': 'soon', 'retry-after': '9' }, 9],
  ['negative milliseconds', { 'retry-after-ms': '-5', 'retry-after': '9' }, 9],
  ['empty milliseconds', { 'retry-after-ms': '', 'retry-after': '9' }, 9],
  ['a date', { 'retry-after': 'Mon, 01 Jun 2026 12:00:30 GMT' }, 30],
  ['a date in an old form', { 'retry-after': 'Monday, 01-Jun-26 12:00:30 GMT' }, 30],
  ['a date in the oldest form', { 'retry-after': 'Mon Jun  1 12:00:30 2026 GMT' }, 30],
  ['a date that ISO has', { 'retry-after': '2026-06-01T12:00:30Z' }, 30],
  ['a date gone by', { 'retry-after': 'Mon, 01 Jun 2026 11:00:00 GMT' }, 0],
  [
    "a date by a clock that is an hour fast, as its sender's Date shows",
    { 'retry-after': 'Mon, 01 Jun 2026 13:00:30 GMT', date: 'Mon, 01 Jun 2026 13:00:00 GMT' },
    30,
  ],
  ['a Date that is none', { 'retry-after': 'Mon, 01 Jun 2026 12:00:30 GMT', date: 'x' }, 30],
  ['an absurd number', { 'retry-after': '99999999' }, 99_999_999],
  ['a number beyond all numbers', { 'retry-after': '9'.repeat(400) }, null],
  ['a negative number', { 'retry-after': '-5' }, null],
  ['a number with a sign', { 'retry-after': '+5' }, null],
  ['words', { 'retry-after': 'soon' }, null],
  ['a number with a unit', { 'retry-after': '5s' }, null],
  ['an empty value', { 'retry-after': '' }, null],
  ['no header', {}, null],
])('reads %s', (_, headers: Record<string, string>, expected) => {
  expect(retryAfterS((name) => headers[name], NOW)).toBe(expected)
})
