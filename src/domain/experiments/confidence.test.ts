import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ExperimentSettings } from './arms.ts'
import { confidenceSequences } from './confidence.ts'

const BOOLEANS: ExperimentSettings = {
  metric: 'boolean',
  optimize: 'max',
  delta: 0.05,
  epsilon: 0,
  minSamplesPerVariant: 10,
  maxSamplesPerVariant: 10_000,
  minProbability: 0,
}
const FLOATS: ExperimentSettings = { ...BOOLEANS, metric: 'float' }

function intervalOf(
  [count, mean, variance]: [number, number, number | null],
  settings: ExperimentSettings,
) {
  return confidenceSequences([{ variant: 'a', count, mean, variance }], settings)[0] ?? null
}

test('an interval holds the mean that was seen and keeps to the range', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 1_000_000 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (count, share) => {
      const mean = 10 + 10 * share
      const { lower, upper } = intervalOf([count, mean, null], { ...FLOATS, range: [10, 20] }) ?? {
        lower: NaN,
        upper: NaN,
      }
      expect(lower).toBeGreaterThanOrEqual(10)
      expect(lower).toBeLessThanOrEqual(mean + 1e-9)
      expect(upper).toBeGreaterThanOrEqual(mean - 1e-9)
      expect(upper).toBeLessThanOrEqual(20)
    },
  )
  fc.assert(property)
})

test('nothing is said before there is a value', () => {
  expect(intervalOf([0, 0, null], BOOLEANS)).toBeNull()
  expect(intervalOf([0, 0, null], { ...FLOATS, range: [0, 1] })).toBeNull()
})

test('a boolean metric of one value has an interval, and rare successes a narrow one', () => {
  expect(intervalOf([1, 1, null], BOOLEANS)?.upper).toBe(1)
  const { lower, upper } = intervalOf([10_000, 0.01, null], BOOLEANS) ?? { lower: 0, upper: 1 }
  expect(lower).toBeGreaterThan(0.006)
  expect(upper).toBeLessThan(0.015)
})

test('without a range nothing is said of few values or equal ones', () => {
  expect(intervalOf([12, 3, 1], FLOATS)).toBeNull()
  expect(intervalOf([1000, 3, 0], FLOATS)).toBeNull()
  expect(intervalOf([1000, 3, 1e-30], FLOATS)).toBeNull()
  expect(intervalOf([1000, 3, null], FLOATS)).toBeNull()
})

test('without a range the interval is symmetric, follows the scale and narrows with the count', () => {
  const some = intervalOf([100, 3, 4], FLOATS) ?? { lower: NaN, upper: NaN }
  const scaled = intervalOf([100, 3000, 4e6], FLOATS) ?? { lower: NaN, upper: NaN }
  const many = intervalOf([10_000, 3, 4], FLOATS) ?? { lower: NaN, upper: NaN }
  expect(some.upper - 3).toBeCloseTo(3 - some.lower, 9)
  expect(scaled.upper).toBeCloseTo(1000 * some.upper, 6)
  expect(many.upper - many.lower).toBeLessThan((some.upper - some.lower) / 10)
})
