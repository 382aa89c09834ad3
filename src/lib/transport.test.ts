import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bodyText, outgoing, textOf } from '../../test/support/outgoing.ts'
import { answer, rawServer } from '../../test/support/raw-server.ts'
import type { Clock } from './clock.ts'
import { headerOf } from './transport.ts'

/** Lets what has come over the sockets so far be seen. */
const settle = () => sleep(20)

test('sends a request as it was described, and reads the answer', async () => {
  let seen = ''
  await using server = await rawServer((socket, text) => {
    seen = text
    socket.write(
      'HTTP/1.1 418 Tea\r\nX-A: 1\r\nset-cookie: a\r\nset-cookie: b\r\ncontent-length: 2\r\n\r\nok',
    )
  })
  const response = await outgoing(server).get('/v1/x?y=1').response
  expect(response).toMatchObject({ status: 418, reusedSocket: false, staleRetry: false })
  expect(headerOf(response.headers, 'x-a')).toBe('1')
  expect(headerOf(response.headers, 'set-cookie')).toBe('a')
  expect(headerOf(response.headers, 'none')).toBeUndefined()
  expect(await bodyText(response.body)).toBe('ok')
  expect(seen).toMatch(/^POST \/v1\/x\?y=1 HTTP\/1\.1\r\n/)
  expect(seen).toContain('content-length: 3')
  expect(seen).toMatch(/\r\n\r\nask$/)
})

test('requests one after another share a connection', async () => {
  await using server = await rawServer((socket, _, count) => socket.write(answer(`${count}`)))
  const { get, text } = outgoing(server)
  expect([await text(), await text()]).toEqual(['1', '2'])
  expect((await get().response).reusedSocket).toBe(true)
  expect(server.sockets).toHaveLength(1)
})

test('requests with other credentials never share one', async () => {
  await using server = await rawServer((socket, _, count) => socket.write(answer(`${count}`)))
  const { text } = outgoing(server)
  expect([await text('/', 'a'), await text('/', 'b')]).toEqual(['1', '1'])
})

test('requests at the same time have a connection each, and the last one used is used first', async () => {
  const ports: (number | undefined)[] = []
  await using server = await rawServer((socket, request) => {
    ports.push(socket.remotePort)
    setTimeout(() => socket.write(answer('')), request.includes('/slow') ? 60 : 0)
  })
  const { text } = outgoing(server)
  await Promise.all([text('/slow'), text('/fast')])
  await text('/slow')
  await text('/slow')
  expect(server.sockets).toHaveLength(2)
  expect(ports.slice(2)).toEqual([ports[0], ports[0]])
})

test('a connection that was idle for too long is not used, nor are those idle for longer', async () => {
  let us = 0
  const clock: Clock = { now: () => 0, us: () => us }
  await using server = await rawServer((socket) => setTimeout(() => socket.write(answer('')), 5))
  const { get, text } = outgoing(server, clock)
  await Promise.all([text(), text()])
  expect(server.sockets).toHaveLength(2)
  us += 4_000_001
  expect((await get().response).reusedSocket).toBe(false)
  await settle()
  expect(server.sockets.map(({ destroyed }) => destroyed)).toEqual([true, true, false])
})

test('a connection that the server closed is not used', async () => {
  await using server = await rawServer((socket) => socket.write(answer('')))
  const { get, text } = outgoing(server)
  await text()
  server.sockets[0]?.end()
  await settle()
  expect(await get().response).toMatchObject({ reusedSocket: false, staleRetry: false })
})

test('a connection that the server says it closes is not used', async () => {
  await using server = await rawServer((socket) => socket.end(answer('x', 'connection: close\r\n')))
  const { text } = outgoing(server)
  for (let count = 0; count < 10; count++) expect(await text()).toBe('x')
  expect(server.sockets).toHaveLength(10)
})

test('an abort while connecting, and one before the head, reject with their reason', async () => {
  await using server = await rawServer(() => {})
  const { get } = outgoing(server)
  const early = get()
  early.abort(new Error('at once'))
  await expect(early.response).rejects.toThrow('at once')
  const waiting = get()
  await expect.poll(() => server.sockets.length).toBeGreaterThan(0)
  await settle()
  waiting.abort(new Error('before the head'))
  waiting.abort(new Error('again'))
  await expect(waiting.response).rejects.toThrow('before the head')
  await settle()
  expect(server.sockets.every(({ destroyed }) => destroyed)).toBe(true)
})

test('an abort after the head breaks the body and closes the connection', async () => {
  await using server = await rawServer((socket) =>
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
  )
  const flight = outgoing(server).get()
  const { body } = await flight.response
  const reading = bodyText(body)
  flight.abort(new Error('time is up'))
  await expect(reading).rejects.toThrow('time is up')
  await settle()
  expect(server.sockets[0]?.destroyed).toBe(true)
})

test('an abort after the end harms no later request on the connection', async () => {
  await using server = await rawServer((socket, _, count) =>
    setTimeout(() => socket.write(answer(`${count}`)), count === 1 ? 0 : 20),
  )
  const { get } = outgoing(server)
  const first = get()
  expect(await textOf(first)).toBe('1')
  const second = textOf(get())
  first.abort(new Error('too late'))
  expect(await second).toBe('2')
  expect(server.sockets).toHaveLength(1)
})

test('a reader that leaves closes the connection', async () => {
  await using server = await rawServer((socket) =>
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
  )
  const { body } = await outgoing(server).get().response
  for await (const _ of body) break
  await settle()
  expect(server.sockets[0]?.destroyed).toBe(true)
})

test('a reader that stops makes the server wait, and loses nothing when it goes on', async () => {
  const piece = Buffer.alloc(100_000, 'x')
  const count = 200
  await using server = await rawServer(async (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${piece.length * count}\r\n\r\n`)
    for (let sent = 0; sent < count; sent++) {
      if (!socket.write(piece)) await once(socket, 'drain')
    }
  })
  const { body } = await outgoing(server).get().response
  await sleep(150)
  // What the system's own socket buffers hold is theirs; the rest has not left the server.
  expect(server.sockets[0]?.writableNeedDrain).toBe(true)
  let largest = 0
  let size = 0
  for await (const batch of body) {
    const length = batch.reduce((sum, { length: bytes }) => sum + bytes, 0)
    largest = Math.max(largest, length)
    size += length
  }
  expect(size).toBe(piece.length * count)
  expect(largest).toBeLessThan(1_000_000)
})

test.each([
  ['in the same piece', 0],
  ['a moment later', 5],
])('bytes that nobody asked for (%s) never reach the next request', async (_, delayMs) => {
  const poison = answer('poison')
  await using server = await rawServer((socket, request) => {
    if (request.includes('/first')) {
      socket.write(answer('first') + (delayMs === 0 ? poison : ''))
      if (delayMs > 0) setTimeout(() => socket.write(poison), delayMs)
      return
    }
    setTimeout(() => socket.write(answer('second')), 20)
  })
  const { text } = outgoing(server)
  expect(await text('/first')).toBe('first')
  if (delayMs > 0) await settle()
  expect(await text('/second')).toBe('second')
})

test('closing ends every connection', async () => {
  await using server = await rawServer((socket, request) => {
    if (request.includes('/now')) socket.write(answer(''))
  })
  const { transport, get, text } = outgoing(server)
  const open = get('/never').response
  await text('/now')
  await Promise.all([transport.close(), expect(open).rejects.toMatchObject({ kind: 'reset' })])
  await settle()
  expect(server.sockets.every(({ destroyed }) => destroyed)).toBe(true)
})
