import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatEvent, MAX_EVENT_CHARS, readEvents, SseReader, type SseEvent } from './sse.ts'

const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const words = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'a',
    ':',
    'data: x',
    '{"a":"b"}',
    'Grüße',
    '日本語',
    '👩‍👩‍👧',
    '\u2028',
    '\u0000',
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => text.replaceAll(/[\r\n\uFEFF]/g, '')),
)
const line = fc.oneof(
  words.map((text) => `data: ${text}`),
  words.map((text) => `data:${text}`),
  words.map((text) => `: ${text}`),
  fc.constantFrom(
    'data',
    'event: note',
    'event:',
    'id: 7',
    'retry: 10',
    'unknown: x',
    'dataset',
    '',
  ),
)
const stream = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(fc.tuple(line, lineEnd), { maxLength: 24 }),
    fc.constantFrom('', 'data: unfinished'),
  )
  .map(([bom, lines, rest]) => bom + lines.map(([text, end]) => text + end).join('') + rest)
const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 12 })

function piecesOf(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [
    0,
    ...places.map((place) => Math.min(place, bytes.length)),
    bytes.length,
  ].toSorted((a, b) => a - b)
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end))
}

function read(pieces: readonly Buffer[]): SseEvent[] {
  const reader = new SseReader()
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()]
}

/** The grammar of the HTML standard, in the plainest words. */
function plainly(text: string): SseEvent[] {
  const events: SseEvent[] = []
  let event = ''
  let data: string[] = []
  for (const each of `${text.replace(/^\uFEFF/, '')}\n\n`.split(/\r\n|\n|\r/)) {
    if (each === '') {
      if (data.length > 0) events.push({ event: event || 'message', data: data.join('\n') })
      event = ''
      data = []
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(each) ?? []
    if (field === 'data') data.push(value)
    if (field === 'event') event = value
  }
  return events
}

test('reads what the standard says, however the bytes are cut', () => {
  fc.assert(
    fc.property(stream, cuts, (text, places) => {
      const bytes = Buffer.from(text)
      expect(read(piecesOf(bytes, places))).toEqual(plainly(text))
    }),
    { numRuns: 500 },
  )
})

test('reads a stream byte by byte', () => {
  const bytes = Buffer.from('\uFEFFevent: über\r\ndata: 👋 日本\r\ndata: zwei\r\n\r\ndata: end')
  const single = [...bytes].map((byte) => Buffer.from([byte]))
  expect(read(single)).toEqual([
    { event: 'über', data: '👋 日本\nzwei' },
    { event: 'message', data: 'end' },
  ])
})

test('gives an event as soon as its blank line is there', () => {
  const reader = new SseReader()
  expect(reader.push(Buffer.from('data: 1\n'))).toEqual([])
  expect(reader.push(Buffer.from('\ndata: 2'))).toEqual([{ event: 'message', data: '1' }])
})

test('puts a mark in place of bytes that are no text', () => {
  const bytes = Buffer.from([...Buffer.from('data: a'), 0xff, ...Buffer.from('b\n\n')])
  expect(read([bytes])).toEqual([{ event: 'message', data: 'a\uFFFDb' }])
})

test('throws at an event that never ends', () => {
  const reader = new SseReader()
  const piece = Buffer.alloc(MAX_EVENT_CHARS / 4, 'x')
  const endless = () => {
    reader.push(Buffer.from('data: '))
    for (let sent = 0; sent < 5; sent++) reader.push(piece)
  }
  expect(endless).toThrow(RangeError)
})

test('reads a stream that is there whole, however long an event is', () => {
  const long = 'x'.repeat(MAX_EVENT_CHARS + 1)
  const events = readEvents(Buffer.from(`data: 1\n\ndata: ${long}\n\ndata: 2`))
  expect(events.map(({ data }) => data.length)).toEqual([1, long.length, 1])
})

test('formats events that read back as they were', () => {
  expect(formatEvent('{"a":1}')).toBe('data: {"a":1}\n\n')
  expect(read([Buffer.from(formatEvent('x', 'note'))])).toEqual([{ event: 'note', data: 'x' }])
})

test.each([
  ['at the beginning', '', []],
  ['after an event', 'data: a\n\n', [{ event: 'message', data: 'a' }]],
  [
    'after a line that says the same',
    'data: error: {\r\n\r\n',
    [{ event: 'message', data: 'error: {' }],
  ],
])('a failure in a field of its own is an event, wherever it is cut: %s', (_, before, events) => {
  const data = '{"code":500}'
  const bytes = Buffer.from(`${before}error: ${data}\n\n`)
  const expected = [...events, { event: 'error', data }]
  expect(readEvents(bytes)).toEqual(expected)
  for (let at = 0; at < bytes.length; at++) {
    expect(read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected)
  }
})
