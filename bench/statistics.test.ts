import { expect, test } from 'vitest'
import { slope, spread, summarize, tail } from './statistics.ts'

test('percentiles are values that were measured', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(spread(values)).toEqual({ p50: 50, p90: 90, p99: 99, max: 100 })
  expect(spread([7])).toEqual({ p50: 7, p90: 7, p99: 7, max: 7 })
})

test('nothing measured has no percentiles', () => {
  expect(spread([])).toBeNull()
  expect(summarize([])).toBeNull()
  expect(tail([])).toBeNull()
})

test('the median of an even number of rounds lies between the middle two', () => {
  expect(summarize([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9 })
  expect(summarize([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 })
  expect(tail([5, 1, 9, 3])).toEqual({ median: 4, p95: 9, max: 9 })
})

test('a slope is found through noise, and is 0 where there is none', () => {
  expect(
    slope([
      { x: 0, y: 1 },
      { x: 1, y: 4 },
      { x: 2, y: 5 },
    ]),
  ).toBe(2)
  expect(slope([{ x: 3, y: 1 }])).toBe(0)
  expect(slope([])).toBe(0)
})
