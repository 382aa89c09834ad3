import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PlainHead, readPlainHead } from './plain-head.ts'

const read = (head: string): PlainHead | null => readPlainHead(Buffer.from(head, 'latin1'))
const HOST = 'host: a\r\n'
const LENGTH = 'content-length: 2\r\n'
const post = (headers: string, first = 'POST /v1/x HTTP/1.1') => `${first}\r\n${headers}\r\nhi`

test('reads address, headers and length', () => {
  expect(read(post(`Host: a:1\r\nX-One:  two words\t\r\nEmpty:\r\n${LENGTH}`))).toEqual({
    url: '/v1/x',
    headers: { host: 'a:1', 'x-one': 'two words', empty: '', 'content-length': '2' },
    length: 2,
    size: 81,
  })
  expect(read(post(`${HOST}Connection: Keep-Alive\r\n${LENGTH}`))).not.toBeNull()
})

test.each([
  ['another method', post(HOST + LENGTH, 'GET /v1/x HTTP/1.1')],
  ['another version', post(HOST + LENGTH, 'POST /v1/x HTTP/1.0')],
  ['a whole URL', post(HOST + LENGTH, 'POST http://a/v1/x HTTP/1.1')],
  ['a space in the path', post(HOST + LENGTH, 'POST /v1/x y HTTP/1.1')],
  ['a byte above ASCII in the path', post(HOST + LENGTH, 'POST /v1/\u00e9 HTTP/1.1')],
  ['an empty line in front', `\r\n${post(HOST + LENGTH)}`],
  ['no host', post(LENGTH)],
  ['two hosts', post(HOST + HOST + LENGTH)],
  ['no length', post(HOST)],
  ['two lengths', post(HOST + LENGTH + LENGTH)],
  ['lengths in one line', post(`${HOST}content-length: 2, 2\r\n`)],
  ['a signed length', post(`${HOST}content-length: +2\r\n`)],
  ['a hexadecimal length', post(`${HOST}content-length: 0x2\r\n`)],
  ['a length beyond counting', post(`${HOST}content-length: 99999999999\r\n`)],
  ['a length with a space before its colon', post(`${HOST}content-length : 2\r\n`)],
  ['chunks', post(`${HOST}transfer-encoding: chunked\r\n`)],
  ['a length and chunks', post(`${HOST}${LENGTH}transfer-encoding: chunked\r\n`)],
  ['a folded line', post(`${HOST}x: a\r\n b\r\n${LENGTH}`)],
  ['a bare line feed', post(`${HOST}x: a\n${LENGTH}`)],
  ['a bare carriage return', post(`${HOST}x: a\rb\r\n${LENGTH}`)],
  ['a zero byte', post(`${HOST}x: a\u0000b\r\n${LENGTH}`)],
  ['a byte above ASCII', post(`${HOST}x: \u00e9\r\n${LENGTH}`)],
  ['a line without a colon', post(`${HOST}x\r\n${LENGTH}`)],
  ['a line without a name', post(`${HOST}: x\r\n${LENGTH}`)],
  ['the name of a prototype', post(`${HOST}__proto__: x\r\n${LENGTH}`)],
  ['the name of an inherited method', post(`${HOST}constructor: x\r\n${LENGTH}`)],
  ['an expectation', post(`${HOST}expect: 100-continue\r\n${LENGTH}`)],
  ['another protocol', post(`${HOST}upgrade: h2c\r\n${LENGTH}`)],
  ['a last request', post(`${HOST}connection: close\r\n${LENGTH}`)],
  ['a packed body', post(`${HOST}content-encoding: gzip\r\n${LENGTH}`)],
  ['a head that is not whole', post(HOST + LENGTH).slice(0, -4)],
  ['a long head', post(`${HOST}x: ${'a'.repeat(17_000)}\r\n${LENGTH}`)],
  [
    'many headers',
    post(`${HOST}${Array.from({ length: 101 }, (_, at) => `x${at}: a\r\n`).join('')}${LENGTH}`),
  ],
])('leaves %s to a whole parser', (_, head) => {
  expect(read(head)).toBeNull()
})

const whole = createServer((request, response) => {
  void text(request).then((body) => {
    const { method, url, headers } = request
    response.end(JSON.stringify({ method, url, headers, body }))
  })
})

beforeAll(() => once(whole.listen(0, '127.0.0.1'), 'listening'))

afterAll(() => {
  whole.closeAllConnections()
  whole.close()
})

/** What `node:http` reads of the same bytes; null where it refuses them or finds more than one request. */
async function readWhole(bytes: string): Promise<unknown> {
  const socket = connect((whole.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  socket.end(bytes, 'latin1')
  const answer = await text(socket)
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return head.startsWith('HTTP/1.1 200') && answer.split('HTTP/1.1').length === 2
    ? JSON.parse(body)
    : null
}

const line = fc.oneof(
  fc.constantFrom(
    HOST,
    LENGTH,
    'Content-Length: 2\r\n',
    'accept: */*\r\n',
    'x:\r\n',
    'x-y: a, b \r\n',
  ),
  fc.constantFrom(
    'transfer-encoding: chunked\r\n',
    'x: a\n',
    ' b\r\n',
    'connection: x\r\n',
    'a b: c\r\n',
  ),
  fc
    .tuple(fc.string({ maxLength: 6 }), fc.string({ maxLength: 8 }))
    .map((pair) => `${pair.join(':')}\r\n`),
)

test('what it reads, `node:http` reads alike', async () => {
  let understood = 0
  const request = fc.tuple(fc.array(line, { maxLength: 5 }), fc.boolean()).map(([lines, plain]) => {
    return post(plain ? [...lines, HOST, LENGTH].join('') : lines.join(''))
  })
  await fc.assert(
    fc.asyncProperty(request, async (bytes) => {
      const head = readPlainHead(Buffer.from(bytes, 'latin1'))
      if (!head) return
      understood++
      const { url, headers } = head
      const body = bytes.slice(head.size)
      expect(await readWhole(bytes)).toEqual({ method: 'POST', url, headers, body })
    }),
    { numRuns: 400 },
  )
  expect(understood).toBeGreaterThan(20)
})
