import fc from 'fast-check'
import { expect, test } from 'vitest'
import { optimalShares } from './allocation.ts'
import type { Arm } from './arms.ts'
import { COINS, NORMALS } from './comparison.ts'

function coins(...merits: number[]): Arm[] {
  return merits.map((merit) => ({ count: 1e12, merit, variance: 0 }))
}

const rules = { comparison: COINS, epsilon: 0 }

test('shares are those Garivier and Kaufmann (2016) print for their two instances', () => {
  const four = optimalShares(coins(0.5, 0.45, 0.43, 0.4), 0, rules)
  const five = optimalShares(coins(0.3, 0.21, 0.2, 0.19, 0.18), 0, rules)
  expect(four.map((share) => share.toFixed(2))).toEqual(['0.42', '0.39', '0.14', '0.06'])
  expect(five.map((share) => share.toFixed(2))).toEqual(['0.34', '0.25', '0.18', '0.13', '0.10'])
})

test('variants that are alike get alike shares', () => {
  const [first, second] = optimalShares(coins(0.5, 0.5), 0, rules)
  expect(first).toBeCloseTo(second ?? NaN, 3)
  const [, a, b, c] = optimalShares(coins(0.5, 0.4, 0.4, 0.4), 0, rules)
  expect(a).toBeCloseTo(b ?? NaN, 9)
  expect(b).toBeCloseTo(c ?? NaN, 9)
})

test('of two normal arms each gets a share like its standard deviation', () => {
  const arms = [
    { count: 100, merit: 1, variance: 9 },
    { count: 100, merit: 0, variance: 1 },
  ]
  const [first] = optimalShares(arms, 0, { comparison: NORMALS, epsilon: 0 })
  expect(first).toBeCloseTo(0.75, 5)
})

test('a single variant gets everything', () => {
  expect(optimalShares(coins(0.3), 0, rules)).toEqual([1])
})

test('shares are positive and sum to 1, for any coins', () => {
  const merits = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: 2,
    maxLength: 6,
  })
  const property = fc.property(merits, fc.nat(10_000), (values, count) => {
    const arms = values.map((merit) => ({ count, merit, variance: 0 }))
    const leader = values.indexOf(Math.max(...values))
    const shares = optimalShares(arms, leader, rules)
    expect(shares.every((share) => share > 0)).toBe(true)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
  })
  fc.assert(property)
})
