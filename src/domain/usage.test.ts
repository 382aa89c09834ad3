import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeUsage, totalInput, totalOutput, UNKNOWN_USAGE, type Usage } from './usage.ts'

const count = fc.option(fc.nat({ max: 1000 }))
const usage: fc.Arbitrary<Usage> = fc.record({
  input: count,
  cacheRead: count,
  cacheWrite: count,
  cacheWrite1h: count,
  audioInput: count,
  imageInput: count,
  output: count,
  reasoning: count,
  audioOutput: count,
})

test('what is unknown stays unknown, and nothing is not unknown', () => {
  expect(totalInput(UNKNOWN_USAGE)).toBeNull()
  expect(totalOutput(UNKNOWN_USAGE)).toBeNull()
  expect(totalOutput({ ...UNKNOWN_USAGE, output: 0 })).toBe(0)
})

test('totals are the sums of what is known', () => {
  const known = { ...UNKNOWN_USAGE, input: 1, cacheRead: 10, cacheWrite: 100, cacheWrite1h: 1000 }
  expect(totalInput({ ...known, audioInput: 10_000, imageInput: 100_000 })).toBe(111_111)
  expect(totalOutput({ ...UNKNOWN_USAGE, output: 1, reasoning: 10, audioOutput: 100 })).toBe(111)
})

test('of two reports the later counts for each side it speaks of', () => {
  fc.assert(
    fc.property(usage, usage, (a, b) => {
      const merged = mergeUsage(a, b)
      expect(mergeUsage(merged, b)).toEqual(merged)
      expect(mergeUsage(a, UNKNOWN_USAGE)).toEqual(a)
      if (b.input !== null && (totalInput(b) ?? 0) > 0) {
        expect(totalInput(merged)).toBe(totalInput(b))
      }
      if (b.output !== null && (totalOutput(b) ?? 0) > 0) {
        expect(totalOutput(merged)).toBe(totalOutput(b))
      }
    }),
  )
})

test('what a first report called output is not counted beside the reasoning of the next', () => {
  const first = { ...UNKNOWN_USAGE, input: 9, output: 16 }
  const last = { ...UNKNOWN_USAGE, output: 10, reasoning: 6 }
  expect(totalOutput(mergeUsage(first, last))).toBe(16)
  expect(totalInput(mergeUsage(first, last))).toBe(9)
})
