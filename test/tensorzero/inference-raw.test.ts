import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { dummies, say, startNative } from '../support/native.ts'

const COST = `cost = [
  { pointer = "/usage/prompt_tokens", cost_per_million = 2.0, required = true },
  { pointer = "/usage/completion_tokens", cost_per_million = 10.0, required = true },
]`
const native = await startNative(
  `
[models.fallback]
routing = ["bad", "good"]
providers.bad = { type = "dummy", model_name = "error" }
providers.good = { type = "dummy", model_name = "good" }
[models.priced]
routing = ["one"]
[models.priced.providers.one]
type = "dummy"
model_name = "good"
${COST}
[functions.plain]
type = "chat"
[functions.plain.variants]
${dummies({ a: 'good' })}
[functions.facts]
type = "json"
output_schema = {{output.json}}
variants.a = { type = "chat_completion", model = "dummy::json", json_mode = "on" }
[functions.shaky]
type = "chat"
experimentation = { type = "static", candidate_variants = ["broken"], fallback_variants = ["sound"] }
[functions.shaky.variants]
${dummies({ broken: 'error', sound: 'good' })}
[functions.best]
type = "chat"
experimentation = { type = "static", candidate_variants = ["n"] }
[functions.best.variants.one]
type = "chat_completion"
model = "priced"
[functions.best.variants.n]
type = "experimental_best_of_n_sampling"
candidates = ["one", "one"]
evaluator = { model = "dummy::best_of_n_1" }
`,
  { 'output.json': '{"type":"object","properties":{"answer":{"type":"string"}}}' },
)
afterAll(() => native[Symbol.asyncDispose]())

const ENTRY = { provider_type: 'dummy', api_type: 'chat_completions', data: expect.any(String) }
const NAMED = { model_inference_id: expect.any(String), ...ENTRY }

test('F069 the raw response is there when it is asked for', async () => {
  const body = { function_name: 'plain', input: say() }
  const { json } = await native.infer({ ...body, include_raw_response: true })
  expect(json['raw_response']).toEqual([NAMED])
  const [{ data }] = json['raw_response'] as [{ data: string }]
  expect(JSON.parse(data)).toMatchObject({
    choices: [{ message: { content: expect.any(String) } }],
  })
  expect((await native.infer(body)).json).not.toHaveProperty('raw_response')
})

test.each([
  ['a provider', { model_name: 'fallback' }],
  ['a variant', { function_name: 'shaky' }],
])('F069 what %s said that failed comes before what was said then', async (_, target) => {
  const { json } = await native.infer({ ...target, input: say(), include_raw_response: true })
  expect(json['raw_response']).toEqual([ENTRY, NAMED])
  expect(json['raw_response']).not.toHaveProperty('0.model_inference_id')
})

test('F069 F190 candidates and judge have their entries too', async () => {
  const body = { function_name: 'best', input: say() }
  const { json } = await native.infer({
    ...body,
    include_raw_response: true,
    include_raw_usage: true,
  })
  expect(json['raw_response']).toEqual([NAMED, NAMED, NAMED])
  expect(json['raw_usage']).toHaveLength(3)
})

test('F070 F190 the stream of a chosen candidate has no events to show', async () => {
  const body = { function_name: 'best', input: say(), include_raw_response: true }
  const events = await native.stream(body)
  expect(events.filter((event) => event !== '[DONE]' && 'raw_chunk' in event)).toEqual([])
  expect(events[0]).toMatchObject({ content: [], raw_response: [NAMED, NAMED] })
})

test('F071 the raw usage is in the provider’s words', async () => {
  const body = { function_name: 'plain', input: say(), include_raw_usage: true }
  const { json } = await native.infer(body)
  expect(json['raw_usage']).toEqual([
    {
      model_inference_id: expect.any(String),
      provider_type: 'dummy',
      api_type: 'chat_completions',
      data: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
    },
  ])
})

test('F073 the older original response is the last provider’s text', async () => {
  const body = { function_name: 'plain', input: say(), include_original_response: true }
  const { json } = await native.infer(body)
  expect(JSON.parse(json['original_response'] as string)).toHaveProperty('choices')
  const events = await native.stream(body)
  expect(events[1]).toHaveProperty('original_chunk')
})

test('F081 an error has the raw responses that led to it', async () => {
  const body = { model_name: 'dummy::error', input: say(), include_raw_response: true }
  const { status, json } = await native.infer(body)
  expect(status).toBe(502)
  expect(json['raw_response']).toEqual([ENTRY])
})

test('F062 F070 F071 each chunk of a stream shows its event; usage comes once, last', async () => {
  const events = await native.stream({
    function_name: 'plain',
    input: say(),
    include_raw_response: true,
    include_raw_usage: true,
  })
  const chunks = events.slice(0, -1) as JsonObject[]
  expect(events.at(-1)).toBe('[DONE]')
  const texts = chunks.filter(({ content }) => Array.isArray(content) && content.length > 0)
  expect(texts).toHaveLength(16)
  for (const chunk of texts) expect(chunk['raw_chunk']).toContain('chat.completion.chunk')
  expect(chunks.filter((chunk) => 'raw_usage' in chunk)).toHaveLength(1)
  expect(chunks.filter((chunk) => 'usage' in chunk)).toEqual([chunks.at(-1)])
  expect(chunks.at(-1)).toEqual({
    inference_id: expect.any(String),
    episode_id: expect.any(String),
    variant_name: 'a',
    content: [],
    usage: { input_tokens: 10, output_tokens: 16, cost: null },
    finish_reason: 'stop',
  })
})

test('F062 a stream that asks for nothing more has no empty chunks', async () => {
  const chunks = (await native.stream({ function_name: 'plain', input: say() })).slice(0, -1)
  expect(chunks).toHaveLength(17)
  expect(chunks[0]).toMatchObject({ content: [{ type: 'text', id: '0', text: 'The' }] })
})

test('F069 F070 what failed before a stream comes first in it', async () => {
  const body = { function_name: 'shaky', input: say(), include_raw_response: true }
  const [first] = await native.stream(body)
  expect(first).toMatchObject({ content: [], raw_response: [ENTRY], variant_name: 'sound' })
})

test('F072 the last chunk may have the whole answer', async () => {
  const body = { input: say(), include_aggregated_response: true }
  const chat = await native.stream({ ...body, function_name: 'plain' })
  expect(chat.at(-2)).toMatchObject({
    aggregated_response: [{ type: 'text', text: expect.stringMatching(/^The heron .* it\.$/) }],
  })
  const json = await native.stream({ ...body, function_name: 'facts' })
  expect(json.at(-2)).toMatchObject({
    raw: '',
    aggregated_response: { raw: '{"name":"John","age":30}', parsed: { name: 'John', age: 30 } },
  })
})

test('F063 F203 a json stream comes in pieces of raw', async () => {
  const events = await native.stream({ function_name: 'facts', input: say() })
  const pieces = (events.slice(0, -2) as { raw: string }[]).map(({ raw }) => raw)
  expect(pieces.join('')).toBe('{"name":"John","age":30}')
  expect(events.at(-2)).toMatchObject({ raw: '', usage: { output_tokens: 5 } })
})

test('F203 F204 costs and usage of all calls add up; one that is unknown makes the sum unknown', async () => {
  const one = await native.infer({ model_name: 'priced', input: say() })
  expect(one.json['usage']).toEqual({ input_tokens: 10, output_tokens: 1, cost: 0.00003 })
  const streamed = await native.stream({ model_name: 'priced', input: say() })
  expect(streamed.at(-2)).toMatchObject({ usage: { output_tokens: 16, cost: 0.00018 } })
  const best = await native.infer({ function_name: 'best', input: say() })
  expect(best.json['usage']).toEqual({ input_tokens: 30, output_tokens: 3, cost: null })
})
