import { afterAll, expect, test } from 'vitest'
import { startNative } from '../support/native.ts'

const native = await startNative(`
[embedding_models.small]
routing = ["one"]
[embedding_models.small.providers.one]
type = "dummy"
model_name = "vectors"
cost = [{ pointer = "/usage/prompt_tokens", cost_per_unit = 0.5, required = true }]
[embedding_models.broken]
routing = ["one"]
providers.one = { type = "dummy", model_name = "error" }
`)
afterAll(() => native[Symbol.asyncDispose]())

const SMALL = 'tensorzero::embedding_model_name::small'
const embed = (body: object) => native.post('/openai/v1/embeddings', { model: SMALL, ...body })

interface Vectors {
  data: { index: number; embedding: number[] | string }[]
  model: string
  usage: { prompt_tokens: number; total_tokens: number; tensorzero_cost: number }
}

test('F125 F127 F178 one input has one vector, and a cost', async () => {
  const { status, json } = await embed({ input: 'Hello there' })
  const { data, model, usage } = json as unknown as Vectors
  expect(status).toBe(200)
  expect(data).toHaveLength(1)
  expect(model).toBe(SMALL)
  expect(usage.total_tokens).toBe(usage.prompt_tokens)
  expect(usage.tensorzero_cost).toBeCloseTo(usage.prompt_tokens * 0.5)
})

test('F125 several inputs have a vector each, in their order', async () => {
  const { json } = await embed({ input: ['a', 'b', 'c'] })
  expect((json as unknown as Vectors).data.map(({ index }) => index)).toEqual([0, 1, 2])
})

test('F126 dimensions and base64 are obeyed', async () => {
  const plain = (await embed({ input: 'a', dimensions: 8 })).json as unknown as Vectors
  expect(plain.data[0]?.embedding).toHaveLength(8)
  const body = { input: 'a', dimensions: 8, encoding_format: 'base64' }
  const packed = (await embed(body)).json as unknown as Vectors
  expect(Buffer.from(String(packed.data[0]?.embedding), 'base64')).toHaveLength(32)
})

test.each<[string, object, number]>([
  ['an unknown model', { input: 'a', model: 'tensorzero::embedding_model_name::none' }, 404],
  ['no input', { input: [] }, 400],
  ['a provider that fails', { input: 'a', model: 'tensorzero::embedding_model_name::broken' }, 502],
])('F127 %s is an error', async (_, body, status) => {
  const answer = await embed(body)
  expect(answer.status).toBe(status)
  expect(answer.json).toHaveProperty('error.message')
})

test('F042 F125 a bare name works, and the raw response is told', async () => {
  const { json } = await embed({ input: 'a', model: 'small' })
  expect((json as unknown as Vectors).data).toHaveLength(1)
  const raw = await embed({ input: 'a', 'tensorzero::include_raw_response': true })
  expect(raw.json['tensorzero::raw_response']).toMatchObject([
    { provider_type: 'dummy', api_type: 'embeddings', data: expect.any(String) },
  ])
})
