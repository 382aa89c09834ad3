import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SignIndex, signsOf } from './sign-index.ts'

const vectors = (length: number) =>
  fc.array(fc.float({ noNaN: true, min: -1, max: 1 }), { minLength: length, maxLength: length })

test('those whose signs differ least are found', () => {
  const cases = fc.tuple(
    fc.array(vectors(40), { minLength: 1, maxLength: 60 }),
    vectors(40),
    fc.integer({ min: 1, max: 60 }),
  )
  fc.assert(
    fc.property(cases, ([all, asked, count]) => {
      const index = new SignIndex(2)
      for (const [seq, vector] of all.entries()) index.add(seq, signsOf(Float32Array.from(vector)))
      const differences = all.map(
        (vector) => vector.filter((value, at) => value > 0 !== (asked[at] ?? 0) > 0).length,
      )
      const limit = differences.toSorted((a, b) => a - b)[Math.min(count, all.length) - 1] ?? 0
      const expected = all.flatMap((_, seq) => ((differences[seq] ?? 0) <= limit ? [seq] : []))
      const found = index.likeliest(signsOf(Float32Array.from(asked)), count)
      expect(found).toEqual(all.length <= count ? all.map((_, seq) => seq) : expected)
    }),
  )
})
