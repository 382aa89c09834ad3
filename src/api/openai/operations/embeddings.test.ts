import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { UNKNOWN_USAGE } from '../../../domain/usage.ts'
import type { Ask } from '../../../engine/ask.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { decodeEmbeddings, embeddings } from './embeddings.ts'
import { APP, ENVELOPE, errorOf, requestOf } from './fixtures/request.ts'

function read(body: object): Ask {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this reader does not wait
  return embeddings.read(requestOf(body), APP) as Ask
}

test.each([
  ['m', { model: 'm', relay: true }],
  ['tensorzero::model_name::m', { model: 'm', relay: false }],
  ['tensorzero::embedding_model_name::m', { model: 'm', relay: false }],
])('%s names a model', (model, expected) => {
  expect(read({ model, input: 'a' })).toMatchObject({
    ...expected,
    requestedModel: model,
    dialect: 'openai.embeddings',
    operation: 'embeddings',
    wire: 'openai_embeddings',
    stream: false,
  })
})

test.each([
  [{ input: [] }, 'input'],
  [{ input: [[]] }, 'input.0'],
  [{ input: { text: 'a' } }, 'input'],
  [{}, 'input'],
  [{ input: 'a', dimensions: 'many' }, 'dimensions'],
  [{ input: 'a', encoding_format: 1 }, 'encoding_format'],
])('refuses %j', (body, param) => {
  const error = errorOf(() => read({ model: 'm', ...body }))
  expect(error).toMatchObject({ status: 400, context: { param } })
})

test('our own keys are taken out', () => {
  const ask = read({ model: 'm', input: 'a', 'tensorzero::dryrun': true })
  expect(ask).toMatchObject({ dryrun: true, json: { model: 'm', input: 'a' }, verbatim: false })
})

function inputsOf(input: JsonObject[string]) {
  return decodeEmbeddings({ input }).inputs
}

test('reads one input or many, as texts or tokens', () => {
  expect(inputsOf('a')).toEqual(['a'])
  expect(inputsOf(['a', 'b'])).toEqual(['a', 'b'])
  expect(inputsOf([1, 2])).toEqual([[1, 2]])
  expect(inputsOf([[1], [2, 3]])).toEqual([[1], [2, 3]])
  expect(decodeEmbeddings({ model: 'm', input: 'a', dimensions: 3, user: 'u' })).toEqual({
    inputs: ['a'],
    dimensions: 3,
    extra: { user: 'u' },
    wire: 'openai_embeddings',
  })
})

test('another format gets texts, and no tokens', () => {
  const wire = { encode: (request: unknown) => ({ body: { request }, dropped: ['x'] }) }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this much is looked at
  const provider = { wires: { embeddings: wire }, quirks: {} } as unknown as Parameters<
    Ask['encodeFor']
  >[0]
  const target = { model: 'up', stream: false, options: {} }
  expect(read({ model: 'm', input: 'a' }).encodeFor(provider, target)).toMatchObject({
    body: { request: { inputs: ['a'] } },
    dropped: ['x'],
  })
  expect(read({ model: 'm', input: [1] }).encodeFor(provider, target)).toBeNull()
  const none = { wires: {}, quirks: {}, type: 'x', name: 'x', model: 'x' }
  expect(read({ model: 'm', input: 'a' }).encodeFor(none, target)).toBeNull()
})

test('writes vectors in order, with what they used', () => {
  const parts = [
    { type: 'embedding', index: 1, vector: [2] },
    { type: 'embedding', index: 0, vector: [1, -0.5] },
    { type: 'usage', usage: { ...UNKNOWN_USAGE, input: 3 }, raw: {} },
  ] as const
  expect(embeddings.whole(ENVELOPE, parts)).toEqual({
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [1, -0.5] },
      { object: 'embedding', index: 1, embedding: [2] },
    ],
    model: 'tensorzero::model_name::m',
    usage: { prompt_tokens: 3, total_tokens: 3, tensorzero_cost: 0.5 },
  })
  const asText = { ...ENVELOPE, request: { encoding_format: 'base64' } }
  expect(embeddings.whole(asText, parts)).toMatchObject({
    data: [{ embedding: 'AACAPwAAAL8=' }, { embedding: 'AAAAQA==' }],
  })
})

test('what was used is unknown when nobody said', () => {
  expect(embeddings.whole(ENVELOPE, [])).toMatchObject({
    data: [],
    usage: { prompt_tokens: null, total_tokens: null, tensorzero_cost: 0.5 },
  })
})

test('no JSON makes it throw', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => {
      expect(decodeEmbeddings({ input: JSON.parse(json) }).inputs).toBeDefined()
    }),
  )
})
