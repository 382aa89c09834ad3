import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventCutter, wholeEvents } from './sse-cut.ts'
import { readEvents, SseReader } from './sse.ts'

const text = fc
  .array(
    fc.constantFrom(
      'data: a',
      'data: 日本👋',
      ': ping',
      'event: x',
      'data:',
      '\n',
      '\n',
      '\r\n',
      '\r',
    ),
    { maxLength: 30 },
  )
  .map((tokens) => tokens.join(''))
const sizes = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 })

function piecesOf(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  let at = 0
  for (const length of lengths) {
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return [...pieces, bytes.subarray(at)]
}

test('what is relayed in whole events, and then the rest, are the same bytes', () => {
  fc.assert(
    fc.property(text, sizes, (stream, lengths) => {
      const bytes = Buffer.from(stream)
      const cutter = new EventCutter()
      const relayed = piecesOf(bytes, lengths).map((piece) => cutter.push(piece))
      expect(Buffer.concat([...relayed, cutter.rest])).toEqual(bytes)
    }),
    { numRuns: 500 },
  )
})

test('every piece that is relayed holds whole events', () => {
  fc.assert(
    fc.property(text, sizes, (stream, lengths) => {
      const bytes = Buffer.from(stream)
      const cutter = new EventCutter()
      const relayed = piecesOf(bytes, lengths).map((piece) => cutter.push(piece))
      const alone = [...relayed, cutter.rest].flatMap((piece) => readEvents(piece))
      expect(alone).toEqual(readEvents(bytes))
    }),
    { numRuns: 500 },
  )
})

test('no event is held back but one whose last CR may be half of a CR LF', () => {
  fc.assert(
    fc.property(text, sizes, (stream, lengths) => {
      const cutter = new EventCutter()
      for (const piece of piecesOf(Buffer.from(stream), lengths)) cutter.push(piece)
      const { rest } = cutter
      const held = rest.toString().endsWith('\r') ? [] : new SseReader().push(rest)
      expect(held).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['', 0],
  ['data: a', 0],
  ['data: a\n', 0],
  ['data: a\n\n', 9],
  ['data: a\n\ndata: b', 9],
  ['data: a\r\n\r\nd', 11],
  ['data: a\r\n\r', 0],
  ['data: a\r\r', 0],
  ['data: a\r\rd', 9],
  ['data: a\n\r\n', 10],
  ['data: a\r\n\n', 10],
  ['\n', 0],
  ['data: a\n\n: ping\n\ndata: b\n', 17],
])('in %j the first %i bytes are whole events', (stream, length) => {
  expect(wholeEvents(Buffer.from(stream))).toBe(length)
})

test('a long event costs no more for coming in many pieces', () => {
  const cutter = new EventCutter()
  const piece = Buffer.alloc(16 * 1024, 'x')
  const started = performance.now()
  for (let count = 0; count < 1000; count++) expect(cutter.push(piece).length).toBe(0)
  expect(cutter.push(Buffer.from('\n\nrest')).length).toBe(1000 * piece.length + 2)
  expect(cutter.rest.toString()).toBe('rest')
  expect(performance.now() - started).toBeLessThan(1500)
})
