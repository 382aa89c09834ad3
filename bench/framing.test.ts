import { array, assert, nat, property } from 'fast-check'
import { expect, test } from 'vitest'
import { Framer, readStatus } from './framing.ts'

function readAll(pieces: readonly Buffer[]): { status: number; body: string }[] {
  const messages: { status: number; body: string }[] = []
  let status = 0
  let body: Buffer[] = []
  const framer = new Framer({
    head(head) {
      status = readStatus(head)
      body = []
    },
    body(piece) {
      body.push(Buffer.from(piece))
    },
    end() {
      messages.push({ status, body: Buffer.concat(body).toString() })
    },
  })
  for (const piece of pieces) framer.push(piece)
  return messages
}

const wire = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"a":"é"}' +
    'HTTP/1.1 204 No Content\r\n\r\n' +
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n 123456789\r\n0\r\n\r\n' +
    'HTTP/1.1 502 Bad\r\ncontent-length: 2\r\n\r\nno',
)
const messages = [
  { status: 200, body: '{"a":"é"}' },
  { status: 204, body: '' },
  { status: 200, body: 'hello 123456789' },
  { status: 502, body: 'no' },
]

test('messages of every framing are read from one piece', () => {
  expect(readAll([wire])).toEqual(messages)
})

test('where the bytes are cut makes no difference', () => {
  assert(
    property(array(nat(wire.length), { maxLength: 20 }), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), wire.length]
      const pieces = places.slice(1).map((end, index) => wire.subarray(places[index], end))
      expect(readAll(pieces)).toEqual(messages)
    }),
  )
})
