import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompress } from './decompress.ts'

const LIMIT = 10 * 1024 * 1024
const TEXT = Buffer.from(JSON.stringify({ text: 'Grüße '.repeat(1000) }))

function unpack(payload: Readable, encoding: string | undefined, limit = LIMIT): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    decompress(payload, encoding, limit, (error, body) => {
      if (error) reject(error)
      else resolve(body ?? Buffer.from('nothing'))
    })
  })
}
const inPieces = (bytes: Buffer, size = 500) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    ),
  )

test.each([
  ['gzip', gzipSync(TEXT)],
  ['GZip', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['zstd', zstdCompressSync(TEXT)],
  ['identity', TEXT],
  [undefined, TEXT],
])('unpacks %s', async (encoding, packed) => {
  expect((await unpack(inPieces(packed), encoding)).equals(TEXT)).toBe(true)
})

test('an empty body is empty', async () => {
  expect(await unpack(Readable.from([]), undefined)).toHaveLength(0)
})

test.each(['compress', 'gzip, br', 'toString', '__proto__', ''])(
  'the encoding %j is not known',
  async (encoding) => {
    const error = { code: 'unsupported_media_type' }
    await expect(unpack(inPieces(TEXT), encoding)).rejects.toMatchObject(error)
  },
)

test.each([
  ['gzip', TEXT],
  ['br', TEXT],
  ['zstd', TEXT],
  ['gzip', gzipSync(TEXT).subarray(0, 50)],
  ['deflate', deflateSync(TEXT).subarray(0, 50)],
  ['br', brotliCompressSync(TEXT).subarray(0, 20)],
  ['zstd', zstdCompressSync(TEXT).subarray(0, 20)],
])('bytes that are no whole %s are refused', async (encoding, bytes) => {
  const error = { code: 'invalid_request', status: 400 }
  await expect(unpack(inPieces(bytes), encoding)).rejects.toMatchObject(error)
})

test('the limit holds for what comes out', async () => {
  const large = randomBytes(3000)
  await expect(unpack(inPieces(large), undefined, 2999)).rejects.toMatchObject({ status: 413 })
  await expect(unpack(inPieces(gzipSync(large)), 'gzip', 2999)).rejects.toMatchObject({
    status: 413,
  })
  expect(await unpack(inPieces(gzipSync(large)), 'gzip', 3000)).toHaveLength(3000)
})

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
])('a bomb of %s is not unpacked to its end', async (encoding, pack) => {
  const bomb = pack(Buffer.alloc(30 * 1024 * 1024))
  await expect(unpack(inPieces(bomb), encoding, 1e9)).rejects.toMatchObject({ status: 413 })
})

test('once a bomb is known for one, unpacking stops', async () => {
  const piece = gzipSync(Buffer.alloc(20 * 1024 * 1024))
  // Gzip members one after another: as much as is read would be unpacked.
  const payload = Readable.from(Array.from({ length: 50 }, () => piece))
  await expect(unpack(payload, 'gzip', 1e9)).rejects.toMatchObject({ status: 413 })
  const before = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, 150))
  const { user } = process.cpuUsage(before)
  expect(user / 1000).toBeLessThan(75)
})

test('a body much smaller than its packing allows is taken', async () => {
  const text = Buffer.alloc(900_000, 'a')
  expect(await unpack(inPieces(gzipSync(text)), 'gzip')).toHaveLength(900_000)
})

const broken = () =>
  new Readable({
    read() {
      this.push('half')
      this.destroy(new Error('aborted'))
    },
  })

test('a client that breaks off is an error', async () => {
  await expect(unpack(broken(), undefined)).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(unpack(broken(), 'gzip')).rejects.toMatchObject({ code: 'invalid_request' })
})
