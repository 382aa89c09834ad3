import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ArmStatistics, ExperimentSettings } from './arms.ts'
import { decide, type Verdict } from './decide.ts'

const SETTINGS: ExperimentSettings = {
  metric: 'boolean',
  optimize: 'max',
  delta: 0.05,
  epsilon: 0,
  minSamplesPerVariant: 10,
  maxSamplesPerVariant: 10_000,
  minProbability: 0,
}
const FLOATS: ExperimentSettings = { ...SETTINGS, metric: 'float' }

function arm(variant: string, count: number, mean: number): ArmStatistics {
  return { variant, count, mean, variance: null }
}

function float(variant: string, count: number, [mean, variance]: [number, number]): ArmStatistics {
  return { variant, count, mean, variance }
}

const anyStatistics = fc.array(
  fc.record({
    count: fc.oneof(fc.nat(30), fc.nat(1_000_000)),
    mean: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ noNaN: true })),
    variance: fc.option(fc.double({ min: 0, noNaN: true })),
  }),
  { minLength: 1, maxLength: 6 },
)
const anySettings = fc.record({
  metric: fc.constantFrom('boolean' as const, 'float' as const),
  optimize: fc.constantFrom('max' as const, 'min' as const),
  delta: fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
  epsilon: fc.constantFrom(0, 0.01, 0.2),
  minSamplesPerVariant: fc.integer({ min: 1, max: 20 }),
  maxSamplesPerVariant: fc.integer({ min: 20, max: 500_000 }),
  minProbability: fc.double({ min: 0, max: 1 / 6, noNaN: true }),
})

test('probabilities are never negative and sum to 1, whatever the values and the settings', () => {
  const property = fc.property(anyStatistics, anySettings, (rows, settings) => {
    const arms = rows.map((row, at) => ({ ...row, variant: `v${at}` }))
    const { probabilities } = decide(arms, settings, null)
    const shares = arms.map(({ variant }) => probabilities.get(variant) ?? NaN)
    expect(shares.every((share) => share >= 0)).toBe(true)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
  })
  fc.assert(property, { numRuns: 500 })
})

test('while variants are compared, none gets less than the least probability', () => {
  const settings = { ...SETTINGS, minProbability: 0.1 }
  const { state, probabilities } = decide(
    [arm('a', 500, 0.5), arm('b', 500, 0.48), arm('c', 500, 0.2)],
    settings,
    null,
  )
  expect(state).toBe('bandits')
  expect(probabilities.get('c')).toBeGreaterThanOrEqual(0.1 - 1e-12)
})

test('variants with too few values share the traffic equally, and nothing is decided', () => {
  const decision = decide([arm('a', 9, 1), arm('b', 0, 0)], SETTINGS, null)
  expect(decision).toEqual({
    state: 'nursery',
    probabilities: new Map([
      ['a', 0.5],
      ['b', 0.5],
    ]),
    verdict: null,
    leader: null,
    evidence: null,
  })
})

test('a few values that point one way are no verdict', () => {
  const { state, leader } = decide([arm('a', 12, 0.6), arm('b', 12, 0.4)], SETTINGS, null)
  expect({ state, leader }).toEqual({ state: 'bandits', leader: 'a' })
})

test.each(['max', 'min'] as const)(
  'a clear difference has a winner when the goal is %s',
  (goal) => {
    const settings = { ...SETTINGS, optimize: goal }
    const decision = decide([arm('low', 400, 0.3), arm('high', 400, 0.6)], settings, null)
    const winner = goal === 'max' ? 'high' : 'low'
    expect(decision.state).toBe('stopped')
    expect(decision.verdict?.winner).toBe(winner)
    expect(decision.probabilities.get(winner)).toBe(1)
  },
)

test('the order of the variants and the direction of the metric change nothing', () => {
  const forth = decide([float('a', 60, [3, 4]), float('b', 80, [2.7, 5])], FLOATS, null)
  const back = decide([float('b', 80, [2.7, 5]), float('a', 60, [3, 4])], FLOATS, null)
  const turned = decide(
    [float('a', 60, [-3, 4]), float('b', 80, [-2.7, 5])],
    { ...FLOATS, optimize: 'min' },
    null,
  )
  expect(back.probabilities.get('a')).toBeCloseTo(forth.probabilities.get('a') ?? NaN, 6)
  expect(turned.probabilities.get('a')).toBeCloseTo(forth.probabilities.get('a') ?? NaN, 6)
  expect(turned.evidence?.value).toBeCloseTo(forth.evidence?.value ?? NaN, 9)
})

test('a float metric is compared on any scale alike', () => {
  const small = decide([float('a', 60, [3, 4]), float('b', 80, [2.7, 5])], FLOATS, null)
  const large = decide([float('a', 60, [3e6, 4e12]), float('b', 80, [2.7e6, 5e12])], FLOATS, null)
  expect(large.evidence?.value).toBeCloseTo(small.evidence?.value ?? NaN, 6)
})

test('two equal variants are as likely, and never told apart', () => {
  const { state, probabilities } = decide(
    [arm('a', 3000, 0.5), arm('b', 3000, 0.5)],
    SETTINGS,
    null,
  )
  expect(state).toBe('bandits')
  expect(probabilities.get('a')).toBeCloseTo(0.5, 3)
})

test('variants within epsilon of each other end with a winner', () => {
  const settings = { ...SETTINGS, epsilon: 0.1 }
  const { state } = decide([arm('a', 3000, 0.5), arm('b', 3000, 0.5)], settings, null)
  expect(state).toBe('stopped')
})

test('a few equal values of a float metric are no proof that there are no others', () => {
  const settings = { ...FLOATS, minSamplesPerVariant: 2 }
  const { state } = decide([float('a', 4, [1, 0]), float('b', 4, [0, 0])], settings, null)
  expect(state).toBe('bandits')
})

test('an experiment that is full without a winner gives up', () => {
  const { state, verdict } = decide(
    [arm('a', 10_000, 0.5), arm('b', 10_000, 0.499)],
    SETTINGS,
    null,
  )
  expect({ state, verdict }).toEqual({ state: 'exhausted', verdict: null })
})

test('a verdict stands, whatever comes in after it', () => {
  const verdict: Verdict = { winner: 'a', over: ['b'] }
  const decision = decide([arm('a', 400, 0.3), arm('b', 400, 0.6)], SETTINGS, verdict)
  expect(decision.state).toBe('stopped')
  expect(decision.verdict).toEqual(verdict)
  expect(decision.probabilities.get('a')).toBe(1)
})

test('a new variant is tried beside the winner, and compared once it has enough values', () => {
  const verdict: Verdict = { winner: 'a', over: ['b'] }
  const old = [arm('a', 400, 0.6), arm('b', 400, 0.3)]
  const young = decide([...old, arm('c', 3, 1)], SETTINGS, verdict)
  expect(young.state).toBe('nursery_and_stopped')
  expect(young.verdict).toEqual(verdict)
  expect(young.probabilities.get('b')).toBe(0)
  const grown = decide([...old, arm('c', 10, 0.7)], SETTINGS, verdict)
  expect({ state: grown.state, verdict: grown.verdict }).toEqual({
    state: 'bandits',
    verdict: null,
  })
})

test('a winner that was taken away leaves the others to be compared', () => {
  const { state } = decide([arm('b', 40, 0.5), arm('c', 40, 0.5)], SETTINGS, {
    winner: 'a',
    over: ['b', 'c'],
  })
  expect(state).toBe('bandits')
})
