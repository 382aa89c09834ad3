import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { GatewayError } from '../domain/errors.ts'
import { jsonRoute, type RawRoute, type Route } from './route.ts'
import { createServer, isLoopback } from './server.ts'

interface Deps {
  readonly name: string
}

const echo: RawRoute<Deps> = {
  kind: 'raw',
  method: 'POST',
  paths: ['/echo', '/v1/echo/:id'],
  scope: 'inference',
  summary: 'Echo.',
  handle: async ({ name }, { params, query, body, client }) => {
    client.json(200, { name, params, query: query.get('q'), body: body.toString() })
  },
}

const sum = jsonRoute<Deps, { a: number }, { b: number }, { sum: number }>({
  method: 'POST',
  paths: ['/sum'],
  scope: 'admin',
  summary: 'Add.',
  query: z.object({ a: z.coerce.number() }),
  body: z.object({ b: z.number() }),
  result: z.object({ sum: z.number() }),
  handle: (_, { query, body }) => ({ sum: query.a + body.b }),
})

const failing = (path: string, handle: RawRoute<Deps>['handle']): RawRoute<Deps> => ({
  ...echo,
  paths: [path],
  handle,
})

const BY_METHOD: readonly Route<Deps>[] = [
  echo,
  { ...echo, method: 'GET', paths: ['/kept/:id', '/below/*', '/'] },
  { ...echo, method: 'DELETE', paths: ['/kept/:id'] },
  jsonRoute({
    method: 'GET',
    paths: ['/json'],
    scope: 'public',
    summary: 'Say so.',
    result: z.object({ ok: z.boolean() }),
    handle: () => ({ ok: true }),
  }),
]

interface Running extends AsyncDisposable {
  readonly port: number
  readonly errors: readonly unknown[]
  fetch(path: string, init?: RequestInit): Promise<Response>
}

async function start(
  routes: readonly Route<Deps>[] = [echo, sum],
  basePath = '',
  nodeHttp = false,
): Promise<Running> {
  const errors: unknown[] = []
  const server = createServer<Deps>({
    deps: { name: 'test' },
    routes,
    basePath,
    maxRequestBytes: 10_000,
    allowedHosts: new Set(),
    loopback: true,
    nodeHttp,
    version: '1.2.3',
    strayError: (path, error) =>
      path === '/nope' ? { error: { path, message: error.message } } : { error: error.message },
    plainError: ({ message }) => ({ error: message }),
    onError: (error) => errors.push(error),
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    errors,
    fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', ...init }),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

const errorOf = async (response: Response): Promise<Record<string, unknown>> => {
  const { error } = (await response.json()) as { error: Record<string, unknown> }
  return { status: response.status, ...error }
}

test('a raw route gets path, query and body', async () => {
  await using server = await start()
  const response = await server.fetch('/v1/echo/a%2Fb?q=x%20y', { body: 'hello' })
  expect(response.headers.get('x-weir-version')).toBe('1.2.3')
  expect(await response.json()).toEqual({
    name: 'test',
    params: { id: 'a/b' },
    query: 'x y',
    body: 'hello',
  })
})

test.each([false, true])(
  'whoever reads it, a request is answered alike (by Node alone: %s)',
  async (nodeHttp) => {
    await using server = await start([echo], '', nodeHttp)
    const plain = await server.fetch('/echo', { body: 'hé' })
    expect(plain.headers.get('x-weir-version')).toBe('1.2.3')
    expect(plain.headers.get('date')).toMatch(/ GMT$/)
    expect(plain.headers.get('keep-alive')).toBe('timeout=75')
    expect(await plain.json()).toEqual({ name: 'test', params: {}, query: null, body: 'hé' })
  },
)

test('routes stand below the base path', async () => {
  await using server = await start([echo], '/gateway')
  expect((await server.fetch('/gateway/echo/', { body: 'x' })).status).toBe(200)
  expect((await server.fetch('/echo')).status).toBe(404)
})

test('a JSON route checks what comes in', async () => {
  await using server = await start()
  const good = await server.fetch('/sum?a=1', { body: '{"b":2}' })
  expect(await good.json()).toEqual({ sum: 3 })
  const bad = async (path: string, body: string) => errorOf(await server.fetch(path, { body }))
  expect(await bad('/sum?a=1', '{"b":"2"}')).toMatchObject({ status: 400, message: /`b`/ })
  expect(await bad('/sum?a=x', '{"b":2}')).toMatchObject({ status: 400, message: /`a`/ })
  expect(await bad('/sum?a=1', '{"b":')).toMatchObject({ status: 400, code: 'invalid_request' })
  expect(await bad('/sum?a=1', '')).toMatchObject({ status: 400 })
})

test('what there is no route for is not found', async () => {
  await using server = await start()
  const missing = await errorOf(await server.fetch('/nope?key=secret'))
  expect(missing).toMatchObject({ status: 404, message: 'Route not found: POST /nope' })
  const plain = await server.fetch('/other', { method: 'GET' })
  expect(plain.status).toBe(404)
  expect(await plain.json()).toEqual({ error: 'Route not found: GET /other' })
  expect((await server.fetch('/%zz')).status).toBe(400)
})

test.each([
  ['GET', '/echo', 'POST'],
  ['PUT', '/echo/?q=1', 'POST'],
  ['POST', '/kept/x', 'DELETE, GET, HEAD'],
  ['DELETE', '/below/a/b', 'GET, HEAD'],
  ['DELETE', '/', 'GET, HEAD'],
  ['HEAD', '/echo', 'POST'],
])('%s %s is not allowed there, and the answer says what is', async (method, path, allowed) => {
  await using server = await start(BY_METHOD, '/gateway')
  const refused = await server.fetch(`/gateway${path}`, { method })
  expect(refused.status).toBe(405)
  expect(refused.headers.get('allow')).toBe(allowed)
  const bare = `/gateway${path}`.split('?')[0]
  const told = { error: `Method not allowed: ${method} ${bare}` }
  expect(await refused.text()).toBe(method === 'HEAD' ? '' : JSON.stringify(told))
})

test('other addresses than those of a route are not found by any method', async () => {
  await using server = await start(BY_METHOD, '/gateway')
  for (const path of ['/echo', '/gateway/kept', '/gateway/kept/x/y', '/gateway/below', '/x']) {
    const missing = await server.fetch(path, { method: 'PUT' })
    expect(missing.status).toBe(404)
    expect(missing.headers.get('allow')).toBeNull()
  }
})

test('HEAD is answered as GET without a body, and OPTIONS with the methods there are', async () => {
  await using server = await start(BY_METHOD)
  for (const path of ['/kept/x', '/json']) {
    const head = await server.fetch(path, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0)
    expect(await head.text()).toBe('')
  }
  const options = await server.fetch('/kept/x', { method: 'OPTIONS' })
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD'])
})

test('packed bodies are unpacked, and too large ones refused', async () => {
  await using server = await start()
  const send = (body: Buffer, encoding: string) =>
    server.fetch('/echo', { body: new Uint8Array(body), headers: { 'content-encoding': encoding } })
  const good = (await (await send(gzipSync('hello'), 'gzip')).json()) as { body: string }
  expect(good.body).toBe('hello')
  const large = gzipSync(Buffer.alloc(10_001))
  expect(await errorOf(await send(large, 'gzip'))).toMatchObject({ status: 413, code: 'too_large' })
  expect(await errorOf(await send(large, 'rar'))).toMatchObject({ status: 415 })
  expect(await errorOf(await send(Buffer.from('x'), 'gzip'))).toMatchObject({ status: 400 })
  const plain = await errorOf(await server.fetch('/echo', { body: 'x'.repeat(10_001) }))
  expect(plain).toMatchObject({ status: 413, message: /max_request_bytes/ })
  expect(server.errors).toEqual([])
})

test('any content type will do', async () => {
  await using server = await start()
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/vnd.acme+json',
  ]) {
    const response = await server.fetch('/echo', { body: 'x', headers: { 'content-type': type } })
    expect(response.status).toBe(200)
  }
})

test('a foreign page or host is refused before the route', async () => {
  await using server = await start()
  const headers = { origin: 'https://evil.example' }
  expect(await errorOf(await server.fetch('/echo', { headers }))).toMatchObject({ status: 403 })
  const socket = connect(server.port, '127.0.0.1')
  socket.write('POST /echo HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 0\r\n\r\n')
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  expect(bytes.toString()).toMatch(/^HTTP\/1\.1 403 /)
  socket.destroy()
})

test('an error of ours is answered by its table, and is no fault', async () => {
  await using server = await start([
    failing('/ours', () => {
      throw new GatewayError('not_found', 'There is none.', { param: 'model' })
    }),
  ])
  expect(await errorOf(await server.fetch('/ours'))).toEqual({
    status: 404,
    message: 'There is none.',
    type: 'invalid_request_error',
    code: 'not_found',
    param: 'model',
  })
  expect(server.errors).toEqual([])
})

test('a fault is told to the operator and not to the client', async () => {
  const fault = new TypeError('secret')
  const thrower = () => {
    throw fault
  }
  await using server = await start([
    failing('/raw', thrower),
    { ...sum, paths: ['/json'], handle: thrower },
  ])
  for (const path of ['/raw', '/json?a=1']) {
    const error = await errorOf(await server.fetch(path, { body: '{"b":1}' }))
    expect(error).toMatchObject({ status: 500, code: 'internal' })
    expect(error['message']).not.toContain('secret')
  }
  expect(server.errors).toEqual([fault, fault])
})

test('an answer that was begun and failed is broken off', async () => {
  await using server = await start([
    failing('/half', async (_, { client }) => {
      client.eventStream(() => ({})).write('data: half\n\n')
      throw new Error('fault')
    }),
    failing('/whole', async (_, { client }) => {
      client.json(200, { a: 1 })
      throw new Error('fault')
    }),
  ])
  const half = await server.fetch('/half')
  await expect(half.text()).rejects.toThrow('terminated')
  expect(await (await server.fetch('/whole')).json()).toEqual({ a: 1 })
  expect(server.errors).toHaveLength(2)
})

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['[::1]', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.0.1', false],
  ['127.evil.example', false],
])('binding to %s is reachable from here only: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})
