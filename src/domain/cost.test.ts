import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { costOf, type Price } from './cost.ts'

const input = price('/usage/prompt_tokens', 150, true)
const output = price('/usage/completion_tokens', 600, true)
const cached = price('/usage/prompt_tokens_details/cached_tokens', -75, false)
const body = { usage: { prompt_tokens: 100, completion_tokens: 10 } }

test('adds up units times their price', () => {
  expect(costOf([input, output], body)).toBe(21_000)
})

test('counts an optional value that is missing as nothing', () => {
  expect(costOf([input, output, cached], body)).toBe(21_000)
})

test('takes a discount off', () => {
  const usage = { ...body.usage, prompt_tokens_details: { cached_tokens: 80 } }
  expect(costOf([input, output, cached], { usage })).toBe(15_000)
})

test.each([
  ['there are no prices', [], body],
  ['a required value is missing', [input], { usage: {} }],
  ['a required value is missing in a stream', [input], [{}, { usage: null }]],
  ['a value is no number', [cached], { usage: { prompt_tokens_details: { cached_tokens: 'x' } } }],
  ['a value is null', [price('/usage/cost', 1e9, false)], { usage: { cost: null } }],
  ['a value is not finite', [price('/cost', 1, false)], { cost: 'Infinity' }],
  ['the sum is below zero', [cached], { usage: { prompt_tokens_details: { cached_tokens: 8 } } }],
  ['the sum is too large to be kept', [price('/n', 1e9, true)], { n: 1e9 }],
] as const)('is unknown when %s', (_, prices, answer) => {
  expect(costOf(prices, answer)).toBeNull()
})

test('reads numbers that are written as text, and money with many digits', () => {
  expect(costOf([price('/cost', 1e9, true)], { cost: '0.00125' })).toBe(1_250_000)
  expect(costOf([price('/cost', 1e9, true)], { cost: 0.0012816 })).toBe(1_281_600)
  expect(costOf([price('/cost', 1e9, true)], { cost: 5.37e-6 })).toBe(5370)
})

test('takes the largest value of each price over a stream', () => {
  const events = [
    { usage: null },
    { usage: { prompt_tokens: 100 } },
    { usage: { prompt_tokens: 100, completion_tokens: 4 } },
    { usage: { completion_tokens: 10 } },
  ]
  expect(costOf([input, output], events)).toBe(21_000)
})

test('uses the pointer made for the kind of answer', () => {
  const split = { ...input, pointerStreaming: '/x' }
  expect(costOf([split], { x: 1, usage: { prompt_tokens: 2 } })).toBe(300)
  expect(costOf([split], [{ x: 1, usage: { prompt_tokens: 2 } }])).toBe(150)
})

test('is a whole number or unknown, whatever the provider sends', () => {
  const prices = [price('/a', 0.5, false), price('/b', -3.7, false)]
  fc.assert(
    fc.property(fc.record({ a: fc.jsonValue(), b: fc.double() }), (answer) => {
      const cost = costOf(prices, JSON.parse(JSON.stringify(answer)))
      expect(cost === null || (Number.isSafeInteger(cost) && cost >= 0)).toBe(true)
    }),
  )
})

function price(pointer: string, nanoPerUnit: number, required: boolean): Price {
  return { pointerNonStreaming: pointer, pointerStreaming: pointer, nanoPerUnit, required }
}
