import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { outgoing, textOf } from '../../test/support/outgoing.ts'
import { answer, rawServer } from '../../test/support/raw-server.ts'
import { headerOf } from './transport.ts'

test.each([
  ['a reset', (socket: Socket) => socket.resetAndDestroy()],
  ['an end', (socket: Socket) => socket.end()],
])(
  'a dead connection that only shows when used (%s) costs one more send and no more',
  async (_, die) => {
    let received = 0
    await using server = await rawServer((socket, __, count) => {
      received++
      if (count === 2) die(socket)
      else socket.write(answer(`${received}`))
    })
    const { get, text } = outgoing(server)
    await text()
    const flight = get()
    expect(await flight.response).toMatchObject({ reusedSocket: false, staleRetry: true })
    expect(await textOf(flight)).toBe('3')
  },
)

test('a resent request that is cut again fails', async () => {
  let received = 0
  await using server = await rawServer((socket) => {
    received++
    if (received === 1) socket.write(answer(''))
    else socket.resetAndDestroy()
  })
  const { get, text } = outgoing(server)
  await text()
  await expect(get().response).rejects.toMatchObject({ kind: 'reset', sent: true })
  expect(received).toBe(3)
})

test('a request cut on a fresh connection is not sent again', async () => {
  let received = 0
  await using server = await rawServer((socket) => {
    received++
    socket.resetAndDestroy()
  })
  await expect(outgoing(server).get().response).rejects.toMatchObject({ kind: 'reset', sent: true })
  expect(received).toBe(1)
})

test('a cut later than a second may be an answer being made: it is not sent again', async () => {
  let us = 0
  let received = 0
  await using server = await rawServer((socket, _, count) => {
    received++
    if (count === 1) return socket.write(answer(''))
    us += 1_500_000
    return socket.resetAndDestroy()
  })
  const { get, text } = outgoing(server, { now: () => 0, us: () => us })
  await text()
  await expect(get().response).rejects.toMatchObject({ kind: 'reset' })
  expect(received).toBe(2)
})

test.each([
  ['half a status line', 'HTTP/1.1 20'],
  ['half a head', 'HTTP/1.1 200 OK\r\nx-a: 1\r\n'],
])('after %s a request on a kept connection is not sent again', async (_, bytes) => {
  let received = 0
  await using server = await rawServer((socket, __, count) => {
    received++
    if (count === 1) return socket.write(answer(''))
    return socket.write(bytes, () => setTimeout(() => socket.resetAndDestroy(), 10))
  })
  const { get, text } = outgoing(server)
  await text()
  await expect(get().response).rejects.toMatchObject({ kind: 'reset', sent: true })
  expect(received).toBe(2)
})

test('who cannot be reached has been sent nothing', async () => {
  const server = await rawServer(() => {})
  await server[Symbol.asyncDispose]()
  const refused = outgoing(server).get().response
  await expect(refused).rejects.toMatchObject({ kind: 'connect', sent: false })
})

test('who speaks no TLS is told apart', async () => {
  await using server = await rawServer(() => {})
  const origin = `https://127.0.0.1:${server.port}`
  const { transport, get } = outgoing({ origin })
  const flight = get()
  await expect.poll(() => server.sockets.length).toBe(1)
  server.sockets[0]?.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  await expect(flight.response).rejects.toMatchObject({ kind: 'tls', sent: false })
  await transport.close()
})

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n\r\n'],
  ['a head that never ends', `HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(70_000)}\r\n\r\n`],
])('an answer that is %s is a fault of the protocol', async (_, bytes) => {
  await using server = await rawServer((socket) => socket.write(bytes))
  await expect(outgoing(server).get().response).rejects.toMatchObject({
    kind: 'protocol',
    sent: true,
  })
})

test('a head of more than 16 KiB is read', async () => {
  const long = 'x'.repeat(50_000)
  await using server = await rawServer((socket) =>
    socket.write(answer('ok', `x-long: ${long}\r\n`)),
  )
  const { headers } = await outgoing(server).get().response
  expect(headerOf(headers, 'x-long')).toBe(long)
})

test('interim answers are passed over', async () => {
  await using server = await rawServer((socket) =>
    socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${answer('final')}`),
  )
  expect(await outgoing(server).text()).toBe('final')
})

test.each([
  ['a chunked body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ['a body of known length', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'],
])('%s that is cut gives what came and then an error', async (_, bytes) => {
  await using server = await rawServer((socket) => socket.end(bytes))
  const { body } = await outgoing(server).get().response
  const pieces: string[] = []
  const read = async () => {
    for await (const batch of body) pieces.push(...batch.map(String))
  }
  await expect(read()).rejects.toMatchObject({ kind: 'reset', sent: true })
  expect(pieces.join('')).toBe('half')
})

test('a body that ends with its connection ends well', async () => {
  await using server = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall'))
  const { text } = outgoing(server)
  expect([await text(), await text()]).toEqual(['all', 'all'])
})
