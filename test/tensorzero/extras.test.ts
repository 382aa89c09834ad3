import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { say, startNative } from '../support/native.ts'

const native = await startNative(`
[models.echo]
routing = ["one"]
[models.echo.providers.one]
type = "dummy"
model_name = "echo_injected_data"
extra_body = [
  { pointer = "/who", value = "provider" },
  { pointer = "/provider", value = 1 },
  { pointer = "/list/-", value = "b" },
]
extra_headers = [{ name = "x-who", value = "provider" }, { name = "x-gone", delete = true }]
[models.keyed]
routing = ["one"]
providers.one = { type = "dummy", model_name = "test_key", api_key_location = "dynamic::my_key" }
[models.either]
routing = ["one", "two"]
providers.one = { type = "dummy", model_name = "test_key", api_key_location = "dynamic::my_key" }
providers.two = { type = "dummy", model_name = "good" }
[functions.echo]
type = "chat"
[functions.echo.variants.a]
type = "chat_completion"
model = "echo"
extra_body = [
  { pointer = "/who", value = "variant" },
  { pointer = "/variant", value = { deep = true } },
  { pointer = "/list", value = ["a"] },
]
extra_headers = [{ name = "x-who", value = "variant" }, { name = "x-gone", value = "no" }]
`)
afterAll(() => native[Symbol.asyncDispose]())

/** What a request's changes do to an empty body and to no headers. */
async function changed(more: object): Promise<JsonObject> {
  const { json } = await native.infer({ function_name: 'echo', input: say(), ...more })
  const [{ text } = { text: JSON.stringify(json) }] = (json['content'] ?? []) as { text: string }[]
  const { injected_body: body, injected_headers: headers } = JSON.parse(text) as {
    injected_body: JsonObject
    injected_headers: [string, string][]
  }
  return { body, headers: Object.fromEntries(headers) }
}

const CONFIGURED = { who: 'provider', provider: 1, variant: { deep: true }, list: ['a', 'b'] }

test('F033 F034 changes of variant and provider: the provider’s count, `-` appends, headers go', async () => {
  expect(await changed({})).toEqual({ body: CONFIGURED, headers: { 'x-who': 'provider' } })
})

test.each<[string, object, boolean]>([
  ['everyone', {}, true],
  ['the variant', { variant_name: 'a' }, true],
  ['the model', { model_name: 'echo' }, true],
  ['the provider', { model_name: 'echo', provider_name: 'one' }, true],
  [
    'the provider, named in full',
    { model_provider_name: 'tensorzero::model_name::echo::provider_name::one' },
    true,
  ],
  ['another model', { model_name: 'dummy::good' }, false],
])('F074 F075 a change of the request for %s', async (_, filter, reaches) => {
  const more = {
    extra_body: [
      { pointer: '/who', value: 'request', ...filter },
      { pointer: '/variant/deep', delete: true, ...filter },
    ],
    extra_headers: [{ name: 'x-who', value: 'request', ...filter }],
  }
  expect(await changed(more)).toEqual({
    body: reaches ? { ...CONFIGURED, who: 'request', variant: {} } : CONFIGURED,
    headers: { 'x-who': reaches ? 'request' : 'provider' },
  })
})

test.each<[string, object, number, string]>([
  ['a variant', { variant_name: 'z' }, 404, 'Unknown variant: z'],
  [
    'a model',
    { model_name: 'nobody' },
    400,
    'Invalid inference target: Invalid model provider filter: model `nobody` does not exist.',
  ],
  [
    'a provider',
    { model_name: 'echo', provider_name: 'two' },
    400,
    'Invalid model provider filter: provider `two` not found in model `echo`.',
  ],
])('F074 F075 a change for %s that nobody knows is refused', async (_, filter, status, message) => {
  const lists = [
    { extra_body: [{ pointer: '/a', value: 1, ...filter }] },
    { extra_headers: [{ name: 'a', value: 'b', ...filter }] },
  ]
  for (const list of lists) {
    const answer = await native.infer({ function_name: 'echo', input: say(), ...list })
    expect(answer.json['error']).toContain(message)
    expect(answer.status).toBe(status)
  }
})

test('F074 a deletion that is none is refused', async () => {
  const extra = [{ pointer: '/a', delete: false }]
  const answer = await native.infer({ function_name: 'echo', input: say(), extra_body: extra })
  expect(answer.status).toBe(400)
})

test('F120 the chat dialect has the same changes', async () => {
  const { json } = await native.chat({
    model: 'tensorzero::model_name::dummy::echo_extra_info',
    messages: [{ role: 'user', content: 'Hi' }],
    'tensorzero::extra_body': [{ pointer: '/a', value: 1, model_name: 'dummy::echo_extra_info' }],
    'tensorzero::extra_headers': [{ name: 'x', value: 'y' }],
  })
  const [{ message }] = json['choices'] as [{ message: { content: string } }]
  expect(JSON.parse(message.content)).toEqual({
    extra_body: {
      inference_extra_body: [{ pointer: '/a', value: 1, model_name: 'dummy::echo_extra_info' }],
    },
    extra_headers: {
      variant_extra_headers: null,
      inference_extra_headers: [{ name: 'x', value: 'y' }],
    },
  })
})

test('F076 F119 credentials come with the request, and are not kept', async () => {
  const body = { model_name: 'keyed', input: say() }
  const missing = await native.infer(body)
  expect(missing.json['error']).toContain('API key missing for provider Dummy: Dynamic api key')
  const good = await native.infer({ ...body, credentials: { my_key: 'good_key' } })
  expect(good.status).toBe(200)
  expect(JSON.stringify(native.gateway.records.at(-1))).not.toContain('good_key')
  const bad = await native.infer({ ...body, credentials: { my_key: 'sk-other' } })
  expect(bad.json['error']).toContain('Invalid API key for Dummy provider')
  const chat = await native.chat({
    model: 'tensorzero::model_name::keyed',
    messages: [{ role: 'user', content: 'Hi' }],
    'tensorzero::credentials': { my_key: 'good_key' },
  })
  expect(chat.status).toBe(200)
})

test('F076 F186 another provider answers where the key of one is missing', async () => {
  expect((await native.infer({ model_name: 'either', input: say() })).status).toBe(200)
})
