import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { Client } from './client.ts'
import { type DoorOptions, type PlainAnswer, PlainDoor, type PlainRequest } from './plain-door.ts'
import type { PlainResponse } from './plain-response.ts'

interface Running {
  readonly server: Server
  readonly door: PlainDoor
  /** Which of the two readers each request came through. */
  readonly ways: string[]
  readonly open: () => Socket
}

const TIMES = { firstMs: 60_000, bodyMs: 60_000, idleMs: 60_000 }

function echo({ url, headers, body }: PlainRequest, response: PlainResponse): void {
  new Client(response).json(200, { url, said: headers['x-say'] ?? null, body: body.toString() })
}

type Unlike = Partial<DoorOptions> & { readonly answer?: PlainAnswer }

/** Below /plain the door answers; what it leaves, `node:http` echoes. */
async function start({ answer = echo, ...options }: Unlike = {}): Promise<Running> {
  const ways: string[] = []
  const server = createServer((request, response) => {
    ways.push('whole')
    void text(request).then((body) => {
      const said = request.headers['x-say'] ?? null
      new Client(response).json(200, { url: request.url, said, body })
    })
  })
  const noted: PlainAnswer = (request, response) => {
    ways.push('plain')
    answer(request, response)
  }
  const answers = { get: (path: string) => (path.startsWith('/plain') ? noted : undefined) }
  const door = new PlainDoor(server, { ...TIMES, mostBytes: 1000, answers, ...options })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    door.close()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { server, door, ways, open: () => connect(port, '127.0.0.1').on('error', () => {}) }
}

const post = (body: string, more = '', path = '/plain'): string =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\n${more}content-length: ${body.length}\r\n\r\n${body}`
const chunked = (body: string): string =>
  `POST /plain HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

/** The bodies of all answers that came. */
function bodiesIn(answers: string): unknown[] {
  return [...answers.matchAll(/\r\n\r\n(\{.*?\})(?=HTTP|$)/gs)].map(([, body = '']) =>
    JSON.parse(body),
  )
}

/** Waits until so many answers have come. */
async function answersOf(socket: Socket, count: number): Promise<unknown[]> {
  let received = ''
  socket.on('data', (bytes) => {
    received += bytes.toString()
  })
  await expect.poll(() => bodiesIn(received).length, { timeout: 10_000 }).toBe(count)
  return bodiesIn(received)
}

const said = (body: string, url = '/plain') => ({ url, said: null, body })

test('a request cut anywhere is answered as a whole one is', async () => {
  const { open, ways } = await start()
  const request = post('{"a":1}', 'x-say: b\r\n')
  for (let cut = 1; cut < request.length; cut++) {
    const socket = open()
    socket.setNoDelay(true)
    const answers = answersOf(socket, 1)
    socket.write(request.slice(0, cut))
    await sleep(1)
    socket.write(request.slice(cut))
    expect(await answers).toEqual([{ url: '/plain', said: 'b', body: '{"a":1}' }])
    socket.destroy()
  }
  expect(new Set(ways)).toEqual(new Set(['plain', 'whole']))
})

test('requests sent without waiting are answered in their order', async () => {
  const { open, ways } = await start()
  const numbers = Array.from({ length: 300 }, (_, at) => String(at))
  const socket = open()
  const answers = answersOf(socket, numbers.length)
  socket.write(numbers.map((each) => post(each, `x-say: ${each}\r\n`)).join(''))
  expect(await answers).toEqual(numbers.map((body) => ({ url: '/plain', said: body, body })))
  expect(ways.length).toBe(300)
})

test('more than can be kept waits in the connection', async () => {
  const { open } = await start({
    answer: (request, response) => void sleep(1).then(() => echo(request, response)),
  })
  const bodies = Array.from({ length: 400 }, () => 'x'.repeat(900))
  const socket = open()
  const answers = answersOf(socket, bodies.length)
  socket.write(bodies.map((body) => post(body)).join(''))
  expect(await answers).toEqual(bodies.map((body) => said(body)))
})

test('what is not plain goes over with its connection, and so does what follows', async () => {
  const { open, ways } = await start()
  const socket = open()
  const answers = answersOf(socket, 5)
  socket.write(post('1'))
  await sleep(20)
  socket.write(`${chunked('2')}${post('3')}${post('4', '', '/other')}`)
  await sleep(20)
  socket.write(post('5'))
  expect(await answers).toEqual([said('1'), said('2'), said('3'), said('4', '/other'), said('5')])
  expect(ways).toEqual(['plain', 'whole', 'whole', 'whole', 'whole'])
})

test.each([
  ['another path', post('a', '', '/other')],
  ['a long body', post('a'.repeat(1001))],
  ['a last request', post('a', 'connection: close\r\n')],
  ['a request behind a plain one that has no answer yet', `${post('a')}${chunked('b')}`],
])('%s is answered by `node:http`', async (_, request) => {
  const { open, ways } = await start()
  const socket = open()
  socket.write(request)
  await once(socket, 'data')
  await expect.poll(() => ways).toContain('whole')
})

test.each([
  ['two lengths', post('a', 'content-length: 5\r\n')],
  ['a length and chunks', post('a', 'transfer-encoding: chunked\r\n')],
  ['a line that is none', post('a', 'x y z\r\n')],
  ['a length that is none', post('a').replace('length: 1', 'length: one')],
])('a request with %s is refused, and nothing after it is heard', async (_, request) => {
  const { open, ways } = await start()
  const socket = open()
  socket.write(request + post('smuggled'))
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(ways).toEqual([])
})

test('a stream is sent in chunks, and a client that leaves is noticed', async () => {
  const gone = Promise.withResolvers<Error>()
  const { open } = await start({
    answer: (_, response) => {
      const client = new Client(response)
      client.gone.listen(gone.resolve)
      const stream = client.eventStream(() => ({ 'x-a': 'b' }))
      stream.write('data: 1\n\n')
      stream.write('data: 2\n\n')
    },
  })
  const socket = open()
  let received = ''
  socket.on('data', (bytes) => {
    received += bytes.toString()
  })
  socket.write(post('a'))
  await expect.poll(() => received).toContain('data: 2')
  expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(received).toMatch(
    /\r\nx-a: b\r\n.*\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n$/s,
  )
  socket.destroy()
  expect(await gone.promise).toMatchObject({ code: 'client_gone' })
})

test('who is whole to the end is not gone, and the connection serves again', async () => {
  let gone = 0
  const large = Buffer.alloc(3_000_000, 'x')
  const { open } = await start({
    answer: (request, response) => {
      const client = new Client(response)
      client.gone.listen(() => gone++)
      if (request.url === '/plain/large') client.send(200, {}, large)
      else client.eventStream(() => ({})).end('{"end":true}')
    },
  })
  const socket = open()
  let size = 0
  socket.on('data', (bytes) => {
    size += bytes.length
  })
  for (const round of [1, 2]) {
    const before = size
    socket.write(post('a', '', '/plain/large'))
    await expect.poll(() => size).toBeGreaterThan(before + large.length)
    socket.write(post('a'))
    await expect
      .poll(() => size, { message: `${round}` })
      .toBeGreaterThan(before + large.length + 200)
  }
  expect(gone).toBe(0)
})

test('a header cannot be broken in two', async () => {
  const { open } = await start({
    answer: (_, response) => {
      expect(() => response.writeHead(200, { 'x-a': 'b\r\nx-c: d' })).toThrow('x-a')
      expect(() => response.writeHead(200, { 'x a': 'b' })).toThrow('x a')
      response.destroy()
    },
  })
  const socket = open()
  socket.write(post('a'))
  expect(await text(socket)).toBe('')
})

test.each([
  ['says nothing', { firstMs: 30 }, ''],
  ['says no more after an answer', { idleMs: 30 }, post('a')],
  ['never ends a body', { bodyMs: 30, idleMs: 60 }, post('abc').slice(0, -2)],
])('who %s is let go', async (_, times, bytes) => {
  const { open, door } = await start(times)
  const socket = open()
  socket.resume()
  socket.write(bytes)
  await once(socket, 'close')
  expect(door.closing).toBe(false)
})

test('a body that comes in drops has its time too', async () => {
  const { open } = await start({ bodyMs: 60 })
  const socket = open()
  socket.resume()
  socket.write(post('a'.repeat(900)).slice(0, -900))
  const drops = setInterval(() => socket.write('a'), 10)
  onTestFinished(() => clearInterval(drops))
  await once(socket, 'close')
})

test('an answer that takes longer than a connection may rest is waited for', async () => {
  const { open } = await start({
    idleMs: 30,
    answer: (request, response) => void sleep(150).then(() => echo(request, response)),
  })
  const socket = open()
  const answers = answersOf(socket, 1)
  socket.write(post('a'))
  expect(await answers).toEqual([said('a')])
})

test('when it closes, idle connections go at once and the others after their answers', async () => {
  const free = Promise.withResolvers<void>()
  const { open, door, ways } = await start({
    answer: (request, response) => void free.promise.then(() => echo(request, response)),
  })
  const idle = open()
  await once(idle, 'connect')
  const busy = open()
  busy.write(post('a'))
  await expect.poll(() => ways).toEqual(['plain'])
  door.close()
  await once(idle.resume(), 'close')
  const answer = text(busy)
  free.resolve()
  expect(await answer).toContain('\r\nConnection: close\r\n')
})
