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

test('merging keeps the larger report, in any order, and again changes nothing', () => {
  fc.assert(
    fc.property(usage, usage, (a, b) => {
      const merged = mergeUsage(a, b)
      expect(mergeUsage(b, a)).toEqual(merged)
      expect(mergeUsage(merged, b)).toEqual(merged)
      expect(mergeUsage(a, UNKNOWN_USAGE)).toEqual(a)
      expect(merged.output ?? -1).toBe(Math.max(a.output ?? -1, b.output ?? -1))
    }),
  )
})
