import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { say, startNative } from '../support/native.ts'

const native = await startNative('gateway.base_path = "/prefix"\n')
afterAll(() => native[Symbol.asyncDispose]())

const { url } = native.gateway
const BODY = JSON.stringify({ model_name: 'dummy::good', input: say() })
const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) => fetch(url + path, { method: 'POST', headers, body })

test('F047 the base path stands before every route', async () => {
  expect((await post('/prefix/inference', BODY)).status).toBe(200)
  expect((await fetch(`${url}/prefix/status`)).status).toBe(200)
  expect((await post('/inference', BODY)).status).toBe(404)
})

test('F008 F086 F252 the status has version and hash, every answer its version', async () => {
  const response = await fetch(`${url}/prefix/status`)
  expect(await response.json()).toEqual({
    status: 'ok',
    version: 'test',
    config_hash: expect.stringMatching(/^\d+$/),
  })
  for (const answer of [response, await post('/prefix/inference', '{'), await fetch(`${url}/no`)]) {
    expect(answer.headers.get('x-tensorzero-gateway-version')).toBe('test')
  }
})

test('F253 the health has TensorZero’s five names', async () => {
  const response = await fetch(`${url}/prefix/health`)
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({
    gateway: 'ok',
    clickhouse: 'ok',
    postgres: 'ok',
    valkey: 'ok',
    valkey_cache: 'ok',
  })
})

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
])('F084 a body may be packed with %s', async (encoding, pack) => {
  const body = new Uint8Array(pack(BODY))
  const response = await post('/prefix/inference', body, { 'content-encoding': encoding })
  expect(response.status).toBe(200)
})

test('F085 a body may have many megabytes', async () => {
  const input = say('x'.repeat(20 * 1024 * 1024))
  const body = JSON.stringify({ model_name: 'dummy::good', input, dryrun: true })
  expect((await post('/prefix/inference', body)).status).toBe(200)
  expect(native.gateway.engine.config().gateway.maxRequestBytes).toBeGreaterThanOrEqual(100e6)
})

test('F081 F088 what is no route or no JSON is told in JSON', async () => {
  const missing = await fetch(`${url}/prefix/nowhere`)
  expect(missing.status).toBe(404)
  expect(await missing.json()).toEqual({ error: 'Route not found: GET /prefix/nowhere' })
  const broken = await post('/prefix/inference', '{"model_name":')
  expect(broken.status).toBe(400)
  expect(await broken.json()).toEqual({ error: expect.stringContaining('is not JSON') })
})

test.each([
  ['/inference', { error: 'Method not allowed: PUT /prefix/inference' }],
  ['/openai/v1/chat/completions', { error: { type: 'invalid_request_error' } }],
  ['/v1/messages', { type: 'error', error: { type: 'invalid_request_error' } }],
  ['/gemini/v1beta/models/x:countTokens', { error: { code: 405, status: 'INVALID_ARGUMENT' } }],
])('another method than %s has is refused in its own words', async (path, told) => {
  const refused = await fetch(`${url}/prefix${path}`, { method: 'PUT' })
  expect(await refused.json()).toMatchObject(told)
  expect(refused.status).toBe(405)
  expect(refused.headers.get('allow')).toMatch(/POST$/)
})

test('the head of what is sent as it happens comes at once', async () => {
  const head = await fetch(`${url}/prefix/internal/ui/live`, { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.headers.get('content-type')).toMatch(/event-stream/)
  expect(await head.text()).toBe('')
})
