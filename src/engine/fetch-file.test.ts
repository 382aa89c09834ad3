import { expect, test } from 'vitest'
import { reply, startUpstream, type Step } from '../../test/support/upstream.ts'
import { systemClock } from '../lib/clock.ts'
import { Deadlines } from '../lib/deadlines.ts'
import { isPublic, publicLookup } from '../lib/public-address.ts'
import { createTransport } from '../lib/transport.ts'
import { fetchFile } from './fetch-file.ts'

type Fetching = Parameters<typeof fetchFile>[0]

async function fetched(url: string, from: readonly string[] = [], hurry = 1) {
  // Time runs faster where a test would have to wait.
  const clock = { ...systemClock, us: () => systemClock.us() * hurry }
  const transport = createTransport(systemClock)
  const config = () => ({ gateway: { fetchFilesFrom: from } }) as ReturnType<Fetching['config']>
  const engine = {
    config,
    clock,
    transport,
    deadlines: new Deadlines(clock),
    userAgent: 'Weir/test',
  }
  try {
    return await fetchFile(engine, url)
  } finally {
    await transport.close()
  }
}

const nearby = ['127.0.0.1']

test.each([
  ['image/png', 'image/png'],
  ['Text/CSV; charset=utf-8', 'text/csv'],
  ['application/octet-stream', null],
  ['nonsense', null],
])('a file that is said to be %s is %s', async (type, mimeType) => {
  await using server = await startUpstream(() => reply(200, 'bytes', { 'content-type': type }))
  const file = await fetched(`${server.base}a.png?key=1`, nearby)
  expect(file).toEqual({ bytes: Buffer.from('bytes'), mimeType })
  expect(server.requests).toMatchObject([{ method: 'GET', path: '/v1/a.png?key=1' }])
  expect(server.requests[0]?.headers).not.toHaveProperty('authorization')
})

const big = 'x'.repeat(10 * 1024 * 1024 + 1)

test.each<[string, Step[], string]>([
  ['is not shown', reply(403, 'Access denied: not yours'), 'said 403: Access denied: not yours'],
  ['is not there', reply(404, ''), 'said 404.'],
  ['is elsewhere', reply(302, '', { location: 'http://127.0.0.1:9/' }), 'said 302.'],
  ['is too large', reply(200, big), 'larger than 10485760 bytes'],
  [
    'breaks off',
    [{ send: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf' }, { reset: true }],
    'broke off',
  ],
  ['does not come', [{ reset: true }], 'could not be reached'],
  ['takes for ever', [{ stall: true }], 'longer than 5000 ms'],
])('a file that %s is refused', async (_, steps, message) => {
  await using server = await startUpstream(() => steps)
  const hurry = message.includes('5000') ? 100 : 1
  const file = fetched(`${server.base}a.png?key=secret`, nearby, hurry)
  await expect(file).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(file).rejects.toThrow(`Error fetching file from ${server.base}a.png: `)
  await expect(file).rejects.toThrow(message)
  await expect(file).rejects.not.toThrow('secret')
  expect(server.requests.length).toBeLessThanOrEqual(2)
})

test.each([
  '127.0.0.1',
  'localhost',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '127.1',
  '0',
  '%31%32%37.0.0.1',
  '１２７.0.0.1',
  'user:word@127.0.0.1',
  'example.com@127.0.0.1',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
])('this machine is not asked for a file as %s', async (host) => {
  await using server = await startUpstream(() => reply(200, 'inside'))
  const file = fetched(`http://${host}:${server.port}/a.png`)
  await expect(file).rejects.toThrow('is not on the public internet')
  expect(server.requests).toEqual([])
})

test.each(['file:///etc/passwd', 'ftp://files.test/a', 'gs://bucket/a', 'javascript:1'])(
  'nothing is downloaded from %s',
  async (url) => {
    await expect(fetched(url)).rejects.toThrow('only http and https')
  },
)

const NEARBY = `10.1.2.3 100.64.0.1 100.100.100.200 169.254.169.254 168.63.129.16 172.31.0.1
  192.168.1.1 192.0.0.192 198.18.0.1 224.0.0.1 255.255.255.255 fd00:ec2::254 fe80::1%eth0 ff02::1
  64:ff9b::7f00:1 2002:7f00:1:: ::7f00:1 2001:db8::1 2001::1 fec0::1 nonsense`

test.each([...NEARBY.split(/\s+/), ''])('%s is no public address', (address) => {
  expect(isPublic(address)).toBe(false)
})

test.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
  '%s is a public address',
  (address) => {
    expect(isPublic(address)).toBe(true)
  },
)

test.each([{ all: true }, {}])('a name of this machine is not found with %j', async (options) => {
  const { promise, resolve } = Promise.withResolvers<Error | null>()
  publicLookup('localhost', options, resolve)
  expect(await promise).toMatchObject({ name: 'NotPublicError' })
})
