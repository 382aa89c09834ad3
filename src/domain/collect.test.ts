import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Part } from './chat.ts'
import { Collector, joinDetails } from './collect.ts'
import { UNKNOWN_USAGE } from './usage.ts'

function collect(parts: readonly Part[]): Collector {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector
}
const answerOf = (parts: readonly Part[]) => collect(parts).answer()

const content: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: fc.string({ maxLength: 6 }) }),
  fc.record({ type: fc.constant('refusal' as const), text: fc.string({ maxLength: 6 }) }),
  fc.record({ type: fc.constant('reasoning' as const), text: fc.string({ maxLength: 6 }) }),
)

/** The same part in pieces of one or two characters. */
function inPieces(part: Part): Part[] {
  if (!('text' in part) || part.text === '') return [part]
  return (part.text.match(/.{1,2}/gsu) ?? []).map((text) => Object.assign({}, part, { text }))
}

test('a stream adds up to what the whole says', () => {
  fc.assert(
    fc.property(fc.array(content, { maxLength: 8 }), (parts) => {
      expect(answerOf(parts.flatMap(inPieces))).toEqual(answerOf(parts))
    }),
  )
})

test('keeps blocks in the order they began', () => {
  const parts: Part[] = [
    { type: 'reasoning', text: 'a' },
    { type: 'text', text: 'b' },
    { type: 'tool_call', index: 0, id: 'x', name: 'f' },
    { type: 'tool_call', index: 1, id: 'y', name: 'g' },
    { type: 'tool_arguments', index: 1, text: '{}' },
    { type: 'tool_arguments', index: 0, text: '[]' },
    { type: 'text', text: 'c' },
    { type: 'raw', level: 'message', fields: { a: 1 } },
    { type: 'text', text: 'd' },
    { type: 'finish', reason: 'stop', raw: 'eos' },
  ]
  expect(answerOf(parts)).toEqual({
    content: [
      { type: 'thought', text: 'a' },
      { type: 'text', text: 'b' },
      { type: 'tool_call', id: 'x', name: 'f', arguments: '[]' },
      { type: 'tool_call', id: 'y', name: 'g', arguments: '{}' },
      { type: 'text', text: 'cd' },
    ],
    usage: null,
    finish: 'stop',
    finishRaw: 'eos',
    error: null,
  })
})

test('further answers follow the first, each under its index', () => {
  const parts: Part[] = [
    { type: 'text', text: 'B', choice: 1 },
    { type: 'text', text: 'a' },
    { type: 'finish', reason: 'length', raw: 'length', choice: 1 },
    { type: 'text', text: 'b', choice: 1 },
    { type: 'finish', reason: 'stop', raw: 'stop' },
  ]
  expect(answerOf(parts)).toMatchObject({
    content: [
      { type: 'text', text: 'a' },
      { type: 'unknown', data: { choice: 1, content: [{ type: 'text', text: 'Bb' }] } },
    ],
    finish: 'stop',
  })
})

test('the first error counts, and the larger usage', () => {
  const error = { message: '1', status: null, code: null, type: null, raw: null, beside: {} }
  const collector = collect([
    { type: 'usage', usage: { ...UNKNOWN_USAGE, input: 5, output: 1 }, raw: {}, reportedCost: 0.1 },
    { type: 'error', error },
    { type: 'error', error: { ...error, message: '2' } },
    { type: 'usage', usage: { ...UNKNOWN_USAGE, output: 9 }, raw: {} },
  ])
  expect(collector.answer()).toMatchObject({
    error: { message: '1' },
    usage: { input: 5, output: 9 },
  })
  expect(collector.reportedCost).toBe(0.1)
})

test('opaque parts of reasoning are kept byte for byte, the latest of each', () => {
  const parts: Part[] = [
    { type: 'reasoning', text: '', data: 'AAA=', format: 'f' },
    { type: 'reasoning', text: 'x', signature: 's1' },
    { type: 'reasoning', text: '', signature: 's2' },
  ]
  expect(answerOf(parts).content).toEqual([
    { type: 'thought', text: 'x', signature: 's2', data: 'AAA=', format: 'f' },
  ])
})

test('pieces of a detail are one detail, and different details stay apart', () => {
  expect(
    joinDetails([
      { type: 'reasoning.text', index: 0, text: 'a', signature: null },
      { type: 'reasoning.text', index: 1, text: 'x' },
      { type: 'reasoning.text', index: 0, text: 'b', signature: 's' },
      { type: 'reasoning.text', index: 0, text: '', signature: null },
      { type: 'reasoning.encrypted', data: 'AAA=' },
      { type: 'reasoning.encrypted', data: 'BBB=' },
    ]),
  ).toEqual([
    { type: 'reasoning.text', index: 0, text: 'ab', signature: 's' },
    { type: 'reasoning.text', index: 1, text: 'x' },
    { type: 'reasoning.encrypted', data: 'AAA=' },
    { type: 'reasoning.encrypted', data: 'BBB=' },
  ])
})

test('joining changes none of the pieces', () => {
  const piece = { type: 't', index: 0, text: 'a' }
  joinDetails([piece, { ...piece }])
  expect(piece.text).toBe('a')
})
