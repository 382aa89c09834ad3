import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { dummies, newEpisode, startNative } from '../support/native.ts'

const native = await startNative(
  `
[functions.plain]
type = "chat"
[functions.plain.variants]
${dummies({ a: 'good', b: 'alternate', null: 'null', tool: 'tool' })}
toolless = { type = "chat_completion", model = "demo::demo" }
[functions.facts]
type = "json"
output_schema = {{output.json}}
variants.a = { type = "chat_completion", model = "dummy::json", json_mode = "on" }
`,
  { 'output.json': '{"type":"object","properties":{"answer":{"type":"string"}}}' },
)
afterAll(() => native[Symbol.asyncDispose]())

const messages = [{ role: 'user', content: 'Hi' }]
const PLAIN = {
  model: 'tensorzero::function_name::plain',
  messages,
  'tensorzero::variant_name': 'a',
}
const GOOD = { model: 'tensorzero::model_name::dummy::good', messages }
const ARGUMENTS = { type: 'text', 'tensorzero::arguments': {} }
const FREE = { type: 'custom', custom: { name: 'free', format: { type: 'text' } } }
const INVALID = 'Invalid request to OpenAI-compatible endpoint: '

test('F089 F092 F093 F094 a function answers in OpenAI’s shape', async () => {
  const { json } = await native.chat(PLAIN)
  expect(json).toMatchObject({
    id: expect.any(String),
    episode_id: expect.any(String),
    object: 'chat.completion',
    model: 'tensorzero::function_name::plain::variant_name::a',
    system_fingerprint: '',
    service_tier: null,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant' } }],
    usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11, tensorzero_cost: null },
  })
})

test('F090 F092 a model answers under its full name', async () => {
  const { json } = await native.chat(GOOD)
  expect(json['model']).toBe('tensorzero::model_name::dummy::good')
  expect(native.gateway.records.at(-1)).toMatchObject({ functionName: 'tensorzero::default' })
})

test('F089 a function answers under its bare name too', async () => {
  const { status, json } = await native.chat({ ...PLAIN, model: 'plain' })
  expect([status, json['model']]).toEqual([
    200,
    'tensorzero::function_name::plain::variant_name::a',
  ])
})

test.each<[string, object, number, string]>([
  [
    'F091 no function',
    { model: 'tensorzero::function_name::' },
    400,
    'function_name (passed in model field after "tensorzero::function_name::") cannot be empty',
  ],
  ['F091 no model', { model: 'tensorzero::model_name::' }, 400, 'cannot be empty'],
  ['F091 nobody', { model: 'chatgpt' }, 404, '`model` field must start with'],
  [
    'F091 nobody, in TensorZero’s words',
    { model: 'chatgpt', 'tensorzero::dryrun': true },
    400,
    `${INVALID}\`model\` field must start with`,
  ],
  [
    'F091 nobody, with arguments',
    { model: 'chatgpt', messages: [{ role: 'user', content: [ARGUMENTS] }] },
    400,
    `${INVALID}\`model\` field must start with`,
  ],
  [
    'F091 an unknown function',
    { model: 'tensorzero::function_name::no' },
    404,
    'Unknown function: no',
  ],
  ['F091 no word of a model', { model: undefined }, 400, 'missing field `model`'],
  ['F113 several answers', { ...GOOD, n: 2 }, 400, INVALID],
  [
    'F115 fields that nobody knows',
    { ...GOOD, 'tensorzero::deny_unknown_fields': true, zeta: 1, alpha: 2 },
    400,
    `${INVALID}\`tensorzero::deny_unknown_fields\` is set to true, but found unknown fields in the request: [alpha, zeta]`,
  ],
  [
    'F097 raw usage without usage',
    {
      ...GOOD,
      stream: true,
      stream_options: { include_usage: false },
      'tensorzero::include_raw_usage': true,
    },
    400,
    '`tensorzero::include_raw_usage` requires `stream_options.include_usage` to be true',
  ],
  [
    'F116 tags of ours',
    { ...GOOD, 'tensorzero::tags': { 'tensorzero::x': '1' } },
    400,
    "Tag name cannot start with 'tensorzero::': tensorzero::x",
  ],
  [
    'F109 a custom tool where nobody takes it',
    { ...PLAIN, 'tensorzero::variant_name': 'toolless', tools: [FREE] },
    400,
    'The custom tool `free` is not supported by providers of type demo',
  ],
  [
    'F116 an unknown variant',
    { ...PLAIN, 'tensorzero::variant_name': 'z' },
    404,
    'Unknown variant: z',
  ],
])('F124 %s is refused with an error of OpenAI’s shape', async (_, body, status, message) => {
  const answer = await native.chat({ messages, ...body })
  expect(answer.status).toBe(status)
  const { error } = answer.json as { error: { message: string } }
  expect(error.message).toContain(message)
})

test('F109 a custom tool reaches a dummy beside other tools', async () => {
  const other = { type: 'function', function: { name: 'get_weather', parameters: {} } }
  const { status, json } = await native.chat({ ...PLAIN, tools: [other, FREE] })
  expect(status).toBe(200)
  expect(json).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
})

const last = async (more: object) => (await native.chatStream({ ...PLAIN, ...more })).at(-2)

test('F096 F097 usage comes in a stream when it is asked for', async () => {
  expect(await last({})).toMatchObject({ usage: null, choices: [{ finish_reason: 'stop' }] })
  const usage = { prompt_tokens: 10, completion_tokens: 16, total_tokens: 26 }
  expect(await last({ stream_options: { include_usage: true } })).toMatchObject({ usage })
  expect(await last({ 'tensorzero::include_raw_usage': true })).toMatchObject({ usage })
})

test('F095 the chunks of a stream are pieces of text, and one end', async () => {
  const events = await native.chatStream(PLAIN)
  expect(events).toHaveLength(18)
  expect(events[0]).toMatchObject({
    object: 'chat.completion.chunk',
    choices: [
      { delta: { role: 'assistant', content: 'The' }, finish_reason: null, logprobs: null },
    ],
  })
  expect(events.at(-1)).toBe('[DONE]')
})

test('F095 F108 the pieces of a call follow its name', async () => {
  const events = await native.chatStream({ ...PLAIN, 'tensorzero::variant_name': 'tool' })
  const chunks = events.slice(0, -1) as { choices: { delta: JsonObject }[] }[]
  expect(chunks.map(({ choices }) => choices[0]?.delta['tool_calls'])).toMatchObject([
    [{ index: 0, id: '0', type: 'function', function: { name: 'get_temperature' } }],
    [{ index: 0, id: null, function: { name: '', arguments: ':"Brooklyn"' } }],
    [{}],
    [{}],
    [{}],
    undefined,
  ] as never)
})

test('F061 F089 F111 a json function answers in text, and ends its stream with an empty one', async () => {
  const body = { model: 'tensorzero::function_name::facts', messages }
  const { json } = await native.chat(body)
  expect(json).toMatchObject({ choices: [{ message: { content: '{"answer":"Hello"}' } }] })
  const events = await native.chatStream(body)
  expect(events.at(-2)).toMatchObject({ choices: [{ delta: { content: '' } }] })
})

test('F092 no content is null', async () => {
  const { json } = await native.chat({ ...PLAIN, 'tensorzero::variant_name': 'null' })
  expect(json).toMatchObject({ choices: [{ message: { content: null } }] })
})

test('F116 episode, tags, namespace and dry run arrive', async () => {
  const before = native.gateway.records.length
  const episode = newEpisode(native)
  const own = { 'tensorzero::episode_id': episode, 'tensorzero::namespace': 'acme' }
  const { json } = await native.chat({ ...PLAIN, ...own, 'tensorzero::tags': { a: 'b' } })
  expect(json['episode_id']).toBe(episode)
  expect(native.gateway.records.at(-1)).toMatchObject({
    episodeId: episode,
    tags: { a: 'b', 'tensorzero::namespace': 'acme', 'tensorzero::variant_pinned': 'a' },
  })
  await native.chat({ ...PLAIN, 'tensorzero::dryrun': true })
  expect(native.gateway.records).toHaveLength(before + 1)
})

test.each([
  ['json_object', 'on'],
  ['json_schema', 'strict'],
])('F111 a format of the kind %s is stored as json mode %s', async (type, mode) => {
  const beside = type === 'json_schema' && { json_schema: { name: 'x', schema: {} } }
  for (const model of ['plain', 'tensorzero::model_name::dummy::good']) {
    await native.chat({ model, messages, response_format: { type, ...beside } })
    expect(native.gateway.records.at(-1)?.native?.inference_params).toEqual({
      chat_completion: { json_mode: mode },
    })
  }
})

test('F098 TensorZero’s names may be asked without a message', async () => {
  expect((await native.chat({ ...PLAIN, messages: [] })).status).toBe(200)
  const plainly = await native.chat({ model: 'dummy::good', messages: [] })
  expect(plainly.status).toBe(400)
})

test.each<[string, object, object]>([
  [
    'F112 the smaller limit',
    { max_tokens: 7, max_completion_tokens: 5 },
    { max_completion_tokens: 5 },
  ],
  [
    'F114 all parameters',
    {
      reasoning_effort: 'low',
      service_tier: 'flex',
      verbosity: 'low',
      seed: 3,
      stop: ['END'],
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      top_p: 0.3,
    },
    {
      reasoning_effort: 'low',
      service_tier: 'flex',
      verbosity: 'low',
      seed: 3,
      stop: ['END'],
      top_p: 0.3,
    },
  ],
  [
    'F117 params of ours before OpenAI’s',
    { temperature: 1, 'tensorzero::params': { chat_completion: { temperature: 0.2 } } },
    { temperature: 0.2 },
  ],
  [
    'F111 json',
    { response_format: { type: 'json_object' } },
    { response_format: { type: 'json_object' } },
  ],
  [
    'F111 a schema',
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'x', schema: { type: 'object' } },
      },
    },
    { response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } } },
  ],
  ['F115 a field that nobody knows', { zeta: 1 }, { zeta: 1 }],
  [
    'F108 F110 tools, of which one is allowed',
    {
      tools: [{ type: 'function', function: { name: 'one', parameters: {} } }],
      tool_choice: { type: 'function', function: { name: 'one' } },
      parallel_tool_calls: false,
    },
    {
      tools: [{ function: { name: 'one' } }],
      tool_choice: { function: { name: 'one' } },
      parallel_tool_calls: false,
    },
  ],
])('%s reaches the provider', async (_, more, sent) => {
  expect((await native.chat({ ...PLAIN, ...more })).status).toBe(200)
  const request = native.gateway.records.at(-1)?.attempts[0]?.rawRequest ?? ''
  expect(JSON.parse(request)).toMatchObject(sent)
})

test('F122 raw responses, usage and chunks have OpenAI’s names', async () => {
  const raw = { 'tensorzero::include_raw_response': true, 'tensorzero::include_raw_usage': true }
  const { json } = await native.chat({ ...PLAIN, ...raw })
  expect(json['tensorzero_raw_response']).toMatchObject([{ provider_type: 'dummy' }])
  expect(json['tensorzero_raw_usage']).toMatchObject([{ data: { prompt_tokens: 10 } }])
  const events = (await native.chatStream({ ...PLAIN, ...raw })).slice(0, -1) as JsonObject[]
  expect(events.filter((event) => 'tensorzero_raw_chunk' in event).length).toBeGreaterThan(15)
  expect(events.filter((event) => 'tensorzero_raw_usage' in event)).toHaveLength(1)
  expect(events.filter((event) => 'tensorzero_raw_response' in event)).toHaveLength(0)
})

test('F122 F124 an error has them too', async () => {
  const body = { ...GOOD, model: 'tensorzero::model_name::dummy::error' }
  const { json } = await native.chat({ ...body, 'tensorzero::include_raw_response': true })
  expect(json).toMatchObject({
    error: { message: expect.stringContaining('All model providers failed to infer') },
    tensorzero_raw_response: [{ provider_type: 'dummy' }],
  })
})
