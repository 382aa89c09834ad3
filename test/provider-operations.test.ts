import { expect, test } from 'vitest'
import type { JsonObject } from '../src/lib/json.ts'
import { startGateway } from './support/gateway.ts'
import { reply, startUpstream } from './support/upstream.ts'

const USAGE = { prompt_tokens: 3, total_tokens: 3 }
const FORM = 'a form'

/** For each operation: a request, and an answer of the kind. */
const CALLS: Readonly<Record<string, readonly [JsonObject | typeof FORM, JsonObject]>> = {
  embeddings: [
    { input: 'a' },
    { object: 'list', data: [{ index: 0, embedding: [0.5] }], model: 'up', usage: USAGE },
  ],
  completions: [
    { prompt: 'a' },
    { choices: [{ index: 0, text: 'b', finish_reason: 'stop' }], usage: USAGE },
  ],
  rerank: [
    { query: 'q', documents: ['a'] },
    { results: [{ index: 0, relevance_score: 0.5 }], usage: USAGE },
  ],
  moderations: [{ input: 'a' }, { results: [{ flagged: false }], usage: USAGE }],
  'images/generations': [{ prompt: 'a' }, { data: [{ b64_json: 'AA==' }], usage: USAGE }],
  'images/edits': [FORM, { data: [{ b64_json: 'AA==' }], usage: USAGE }],
  'images/variations': [FORM, { data: [{ b64_json: 'AA==' }], usage: USAGE }],
  'audio/speech': [
    { input: 'a', voice: 'v' },
    { audio: 'AA==', usage: USAGE },
  ],
  'audio/transcriptions': [FORM, { text: 'a', usage: USAGE }],
  'audio/translations': [FORM, { text: 'a', usage: USAGE }],
}

const TEXTS = ['embeddings', 'completions', 'rerank']
const SOUNDS = ['audio/speech', 'audio/transcriptions', 'audio/translations']
const PICTURES = ['images/generations', 'images/edits']
const AZURE = (path: string) => `/v1/openai/deployments/up/${path}?api-version=2025-04-01-preview`

/** What each provider is called with, and at which path below its base where that is another. */
const OFFERS: Readonly<Record<string, readonly (string | readonly [string, string])[]>> = {
  openai: ['embeddings', 'completions', 'moderations', ...PICTURES, 'images/variations', ...SOUNDS],
  azure: ['embeddings', 'completions', ...PICTURES, ...SOUNDS].map((path) => [path, AZURE(path)]),
  openrouter: TEXTS,
  llamacpp: TEXTS,
  sglang: TEXTS,
  fireworks: TEXTS,
  vllm: [...TEXTS, 'audio/transcriptions', 'audio/translations'],
  together: [...TEXTS, 'images/generations'],
  groq: SOUNDS,
  mistral: [
    'embeddings',
    ['completions', '/v1/fim/completions'],
    'moderations',
    'audio/transcriptions',
  ],
  deepseek: [['completions', '/beta/completions']],
  ollama: ['embeddings', 'completions'],
}

const rows = Object.entries(OFFERS).flatMap(([type, operations]) =>
  operations.map((operation) =>
    typeof operation === 'string'
      ? ([type, operation, `/v1/${operation}`] as const)
      : ([type, ...operation] as const),
  ),
)

const OWN_FIELDS: Readonly<Record<string, string>> = {
  azure: 'deployment_id = "up"\nendpoint = "BASE"',
}

function tomlOf(type: string, base: string): string {
  const fields = OWN_FIELDS[type] ?? 'model_name = "up"\napi_base = "BASE"'
  const provider = `[models.m.providers.p]\ntype = "${type}"\napi_key_location = "dynamic::key"\n`
  return `[models.m]\nrouting = ["p"]\n${provider}${fields.replace('BASE', base)}`
}

function bodyOf(request: JsonObject | typeof FORM): { body: string | FormData; type: object } {
  const key = { key: 'sk-test' }
  if (request !== FORM) {
    const json = { model: 'm', ...request, 'tensorzero::credentials': key }
    return { body: JSON.stringify(json), type: { 'content-type': 'application/json' } }
  }
  const form = new FormData()
  form.set('model', 'm')
  form.set('tensorzero::credentials', JSON.stringify(key))
  form.set('file', new File([Uint8Array.of(0, 255, 128)], 'a.bin', { type: 'audio/wav' }))
  return { body: form, type: {} }
}

test.each(rows)('%s is asked for %s at %s', async (type, operation, path) => {
  const [request, answer] = CALLS[operation] ?? [{}, {}]
  await using upstream = await startUpstream(() => reply(200, JSON.stringify(answer)))
  await using gateway = await startGateway(tomlOf(type, upstream.base))
  const { body, type: headers } = bodyOf(request)
  const response = await fetch(`${gateway.url}/v1/${operation}`, {
    method: 'POST',
    body,
    headers: { ...headers },
  })
  expect(await response.json()).toEqual(answer)
  expect(upstream.requests[0]?.path).toBe(path)
  expect(upstream.requests[0]?.body).toContain('up')
  expect(upstream.requests[0]?.body).not.toContain('tensorzero')
  const record = await gateway.record()
  expect(record).toMatchObject({ outcome: 'ok', attempts: [{ providerType: type }] })
  expect(record.usage).toMatchObject({ input: 3 })
})

test('sound goes on byte for byte, and the record says what it was', async () => {
  const sound = Buffer.from([0xff, 0xf3, 0x00, 0x80, 0x0d, 0x0a])
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 6\r\n\r\n'
  await using upstream = await startUpstream(() => [{ send: head }, { send: sound }])
  await using gateway = await startGateway(tomlOf('openai', upstream.base))
  const { body, type } = bodyOf({ input: 'a', voice: 'v' })
  const init = { method: 'POST', body, headers: { ...type } }
  const response = await fetch(`${gateway.url}/v1/audio/speech`, init)
  expect(Buffer.from(await response.arrayBuffer())).toEqual(sound)
  const [attempt] = (await gateway.record()).attempts
  expect(attempt?.rawResponse).toBe('[binary audio/mpeg, 6 bytes]')
})

test('the record of a form is its fields, without the key and the file', async () => {
  await using upstream = await startUpstream(() => reply(200, '{"text":"a"}'))
  await using gateway = await startGateway(tomlOf('openai', upstream.base))
  const init = { method: 'POST', body: bodyOf(FORM).body }
  await fetch(`${gateway.url}/v1/audio/transcriptions`, init)
  const record = await gateway.record()
  const file = { filename: 'a.bin', content_type: 'audio/wav', bytes: 3 }
  expect(JSON.parse(record.rawRequest)).toEqual({ model: 'm', file })
  expect(JSON.parse(record.attempts[0]?.rawRequest ?? '')).toEqual({ model: 'up', file })
})

// As floats these bytes would be numbers too: 1 and something.
test('Perplexity’s bytes become numbers, whatever the client asks for', async () => {
  const bytes = Buffer.from([0, 0, 128, 63, 255, 127, 128, 5]).toString('base64')
  const answer = { data: [{ index: 0, embedding: bytes }], model: 'up', usage: USAGE }
  await using upstream = await startUpstream(() => reply(200, JSON.stringify(answer)))
  const base = upstream.base.replace('v1/', '')
  await using gateway = await startGateway(tomlOf('perplexity', base))
  const { body, type } = bodyOf({ input: 'a', encoding_format: 'float' })
  const init = { method: 'POST', body, headers: { ...type } }
  const response = await fetch(`${gateway.url}/v1/embeddings`, init)
  expect(await response.json()).toMatchObject({
    data: [{ embedding: [0, 0, -128, 63, -1, 127, -128, 5] }],
  })
  expect(upstream.requests[0]?.path).toBe('/v1/embeddings')
  expect(JSON.parse(upstream.requests[0]?.body ?? '')).toEqual({
    model: 'up',
    input: ['a'],
    encoding_format: 'base64_int8',
  })
})

test('Mistral’s word for the length of a vector is another', async () => {
  await using upstream = await startUpstream(() => reply(200, JSON.stringify(CALLS['embeddings'])))
  await using gateway = await startGateway(tomlOf('mistral', upstream.base))
  const { body, type } = bodyOf({ input: 'a', dimensions: 8 })
  await fetch(`${gateway.url}/v1/embeddings`, { method: 'POST', body, headers: { ...type } })
  expect(JSON.parse(upstream.requests[0]?.body ?? '')).toEqual({
    model: 'up',
    input: 'a',
    output_dimension: 8,
  })
})

test.each(['demo::echo', 'dummy::good'])('%s gives vectors that say something', async (model) => {
  await using gateway = await startGateway('')
  const embed = async (fields: object) => {
    const init = { method: 'POST', body: JSON.stringify({ model, ...fields }) }
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${gateway.url}/v1/embeddings`, { ...init, headers })
    return (await response.json()) as { data: { embedding: number[] }[]; usage: object }
  }
  const input = ['the cat sat on the mat', 'a cat sat on a mat', 'stocks fell again']
  const { data, usage } = await embed({ input, dimensions: 64 })
  const [cat = [], likewise = [], other = []] = data.map(({ embedding }) => embedding)
  expect(cat).toHaveLength(64)
  expect(dot(cat, cat)).toBeCloseTo(1)
  expect(dot(cat, likewise)).toBeGreaterThan(dot(cat, other) + 0.2)
  expect(usage).toMatchObject({ prompt_tokens: expect.any(Number), cost: 0 })
  expect(await embed({ input: input[0], dimensions: 64 })).toMatchObject({
    data: [{ embedding: cat }],
  })
  const { data: asText } = await embed({ input, encoding_format: 'base64', dimensions: 2 })
  expect(asText[0]?.embedding).toMatch(/^[\w+/]{11}=$/)
  expect((await gateway.record()).attempts[0]).toMatchObject({ costNano: 0 })
})

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
}
