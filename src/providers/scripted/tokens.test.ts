import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countTokens, splitTokens } from './tokens.ts'

test.each([
  ['Hello there, friend!', ['Hello', ' there', ',', ' friend', '!']],
  ['extraordinarily', ['extraord', 'inarily']],
  ['發票 2026', ['發', '票', ' 202', '6']],
  ['', []],
])('splits %s', (text, pieces) => {
  expect(splitTokens(text)).toEqual(pieces)
})

test('loses nothing, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(splitTokens(text).join('')).toBe(text)
    }),
  )
})

test('estimates a long text by its beginning', () => {
  const text = 'one two three '.repeat(10_000)
  expect(countTokens(text) / splitTokens(text).length).toBeCloseTo(1, 2)
})
