import { describe, expect, test } from 'vitest'
import { meanInterval, shareInterval } from './intervals.ts'
import { momentsOf } from './moments.ts'

const ones = (yes: number, no: number) =>
  momentsOf([...Array<number>(yes).fill(1), ...Array<number>(no).fill(0)])

describe('with 95 % confidence', () => {
  // Wilson, E. B. (1927); the values by R's prop.test(x, n, correct = FALSE) with z = 1.96.
  test.each([
    ['1 of 1', ones(1, 0), 0.2065, 1],
    ['0 of 1', ones(0, 1), 0, 0.7935],
    ['22 of 49', ones(22, 27), 0.3185, 0.5869],
    ['1 of 2', ones(1, 1), 0.0945, 0.9055],
  ])('the true share lies around %s', (_, moments, lower, upper) => {
    const interval = shareInterval(moments)
    expect(interval?.lower).toBeCloseTo(lower, 4)
    expect(interval?.upper).toBeCloseTo(upper, 4)
  })

  test('the true mean lies around that of the numbers', () => {
    expect(meanInterval(momentsOf([1, 3]))).toEqual({ lower: 2 - 1.96, upper: 2 + 1.96 })
  })

  test('nothing can be said of too few', () => {
    expect([shareInterval(momentsOf([])), meanInterval(momentsOf([1]))]).toEqual([null, null])
  })
})
