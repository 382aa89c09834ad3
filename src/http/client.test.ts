import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { Client, type EventStream } from './client.ts'

interface Served extends AsyncDisposable {
  readonly port: number
  readonly clients: readonly Client[]
  get(): Promise<IncomingMessage>
  body(): Promise<string>
  socket(request?: string): Socket
}

/** Answers every request with `handle`. */
async function serve(
  handle: (client: Client, response: ServerResponse) => unknown,
): Promise<Served> {
  const clients: Client[] = []
  const server = createServer((_, response) => {
    const client = new Client(response, {})
    clients.push(client)
    handle(client, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const fetched = async () => {
    const [response] = (await once(get({ port, agent: false }), 'response')) as [IncomingMessage]
    return response
  }
  return {
    port,
    clients,
    get: fetched,
    body: async () => text(await fetched()),
    socket(request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n') {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(request)
      return socket
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const seen = (socket: Socket): (() => string) => {
  let received = ''
  socket.on('data', (bytes) => {
    received += bytes.toString()
  })
  return () => received
}

afterEach(() => {
  vi.useRealTimers()
})

test('sends JSON with its length', async () => {
  await using served = await serve((client) => client.json(418, { a: 'Grüße' }, { 'x-a': '1' }))
  const response = await served.get()
  expect(response.statusCode).toBe(418)
  expect(response.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'content-length': '15',
    'x-a': '1',
  })
  expect(await text(response)).toBe('{"a":"Grüße"}')
})

test.each([10, 100_000])('sends %i bytes as they are', async (length) => {
  const bytes = Buffer.from(Array.from({ length }, (_, at) => at % 256))
  await using served = await serve((client) => client.send(200, {}, bytes))
  const pieces: Buffer[] = []
  for await (const piece of await served.get()) pieces.push(piece as Buffer)
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
})

const broken = () =>
  new Readable({
    read() {
      this.push('half')
      setImmediate(() => this.destroy(new Error('disk')))
    },
  })

test('sends a file piece by piece, and breaks off when it cannot be read', async () => {
  await using good = await serve((client) => client.pipe(200, {}, Readable.from(['a', 'b'])))
  expect(await good.body()).toBe('ab')
  await using bad = await serve((client) => client.pipe(200, {}, broken()))
  await expect(bad.body()).rejects.toThrow('aborted')
})

test('a stream sends nothing before its first event, and then each as it comes', async () => {
  let stream: EventStream | undefined
  let asked = 0
  await using served = await serve((client) => {
    stream = client.eventStream(() => ({ 'x-asked': String(++asked) }))
  })
  const received = seen(served.socket())
  await expect.poll(() => stream).toBeDefined()
  expect(stream?.opened).toBe(false)
  expect(asked).toBe(0)
  stream?.write('data: ä\n\n')
  expect(stream?.opened).toBe(true)
  await expect.poll(received).toContain('data: ä')
  expect(received()).toContain('content-type: text/event-stream; charset=utf-8')
  expect(received()).toContain('x-asked: 1')
  stream?.write(Buffer.from('data: 2\n\n'))
  await expect.poll(received).toContain('data: 2')
  stream?.end('data: end\n\n')
  await expect.poll(received).toMatch(/data: end\n\n\r\n0\r\n\r\n$/)
})

test('what a client decodes is what was written, in any pieces', async () => {
  const pieces = [
    'data: ü\n\n',
    '',
    'data: ',
    Buffer.from('x'.repeat(20_000)),
    '\n\n',
    Buffer.alloc(0),
  ]
  await using served = await serve((client) => {
    const stream = client.eventStream(() => ({}))
    for (const piece of pieces) stream.write(piece)
    stream.end()
  })
  expect(await served.body()).toBe(pieces.map(String).join(''))
})

test('a client of HTTP/1.0 gets the bytes bare', async () => {
  await using served = await serve((client) => {
    const stream = client.eventStream(() => ({}))
    stream.write('data: 1\n\n')
    stream.write('data: 2\n\n')
    stream.end('data: 3\n\n')
  })
  const socket = served.socket('GET / HTTP/1.0\r\n\r\n')
  const received = seen(socket)
  await once(socket, 'close')
  expect(received()).toMatch(/\r\n\r\ndata: 1\n\ndata: 2\n\ndata: 3\n\n$/)
})

test('a late stream is opened with a comment, and silences are filled with more', async () => {
  let stream: EventStream | undefined
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await using served = await serve((client) => {
    stream = client.eventStream(() => ({}))
  })
  const socket = served.socket()
  const received = seen(socket)
  const comments = () => received().split(': keep-alive\n\n').length - 1
  await until(() => stream !== undefined)
  vi.advanceTimersByTime(9999)
  expect(stream?.opened).toBe(false)
  vi.advanceTimersByTime(1)
  expect(stream?.opened).toBe(true)
  await arrival(socket)
  expect(comments()).toBe(1)
  vi.advanceTimersByTime(14_000)
  stream?.write('data: 1\n\n')
  await arrival(socket)
  vi.advanceTimersByTime(14_000)
  expect(comments()).toBe(1)
  vi.advanceTimersByTime(1000)
  await arrival(socket)
  expect(comments()).toBe(2)
  stream?.end()
  expect(vi.getTimerCount()).toBe(0)
})

/** Timers are not real here, sockets are. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}

async function arrival(socket: Socket): Promise<void> {
  await once(socket, 'data')
}

test('a stream that is let go before it opens leaves the answer to others', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await using served = await serve((client) => {
    client.eventStream(() => ({})).abandon()
    expect(vi.getTimerCount()).toBe(0)
    client.json(502, { error: true })
  })
  const response = await served.get()
  expect(response.statusCode).toBe(502)
  expect(await text(response)).toBe('{"error":true}')
})

test('a slow client is waited for, without listeners piling up', async () => {
  let most = 0
  const rounds = 30
  const piece = Buffer.alloc(300_000, 'x')
  await using served = await serve(async (client, response) => {
    const stream = client.eventStream(() => ({}))
    const listeners = (name: string) =>
      response.listenerCount(name) + (response.socket?.listenerCount(name) ?? 0)
    for (let round = 0; round < rounds; round++) {
      if (!stream.write(piece)) await stream.drained()
      most = Math.max(most, listeners('drain'), listeners('close'))
    }
    stream.end()
  })
  const response = await served.get()
  let size = 0
  for await (const bytes of response) {
    size += (bytes as Buffer).length
    await new Promise(setImmediate)
  }
  expect(size).toBe(rounds * piece.length)
  expect(most).toBeLessThan(8)
})

const patient = () => vi.getTimerCount() === 2

test('a client that reads nothing for a minute is taken for gone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await using served = await serve(async (client) => {
    const stream = client.eventStream(() => ({}))
    while (!client.gone.reason) {
      if (!stream.write(Buffer.alloc(1_000_000))) await stream.drained()
      await new Promise(setImmediate)
    }
    stream.end()
  })
  const socket = served.socket()
  socket.pause()
  // The system takes some before it makes us wait: until it takes no more.
  for (let turns = 0; turns < 100; turns = patient() ? turns + 1 : 0) {
    await new Promise(setImmediate)
  }
  vi.advanceTimersByTime(59_000)
  expect(served.clients[0]?.gone.reason).toBeUndefined()
  vi.advanceTimersByTime(1000)
  await until(() => served.clients[0]?.gone.reason !== undefined)
  expect(served.clients[0]?.gone.reason).toMatchObject({ code: 'client_gone' })
  socket.destroy()
})

test('who leaves before the answer is whole is gone, and writing to it does no harm', async () => {
  let stream: EventStream | undefined
  await using served = await serve((client) => {
    stream = client.eventStream(() => ({}))
    stream.write('data: 1\n\n')
  })
  const socket = served.socket()
  await once(socket, 'data')
  expect(served.clients[0]?.gone.reason).toBeUndefined()
  socket.destroy()
  await expect.poll(() => served.clients[0]?.gone.reason).toMatchObject({ code: 'client_gone' })
  stream?.write('data: 2\n\n')
  await stream?.drained()
  stream?.end('data: 3\n\n')
})

test('who stays to the end is not gone', async () => {
  await using served = await serve((client) => client.json(200, {}))
  await served.body()
  await new Promise(setImmediate)
  expect(served.clients[0]?.gone.reason).toBeUndefined()
})
