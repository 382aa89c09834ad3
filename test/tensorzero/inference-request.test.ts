import { afterAll, expect, test } from 'vitest'
import { newEpisode, say, startNative } from '../support/native.ts'
import { FUNCTION_FILES, FUNCTIONS } from './fixtures/functions.ts'

const native = await startNative(FUNCTIONS, FUNCTION_FILES)
afterAll(() => native[Symbol.asyncDispose]())

const plain = { function_name: 'plain', input: say() }
test('F012 F014 F129 old templates are filled, also from a table as content', async () => {
  for (const content of [{ city: 'Graz' }, [{ type: 'text', arguments: { city: 'Graz' } }]]) {
    const { json } = await native.infer({
      function_name: 'typed',
      input: say(content, { name: 'Ada' }),
    })
    const [{ text } = { text: '' }] = json['content'] as { text: string }[]
    expect(JSON.parse(text)).toMatchObject({
      system: 'You are Ada.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Tell me of Graz.' }] }],
    })
  }
})

test('F065 F067 F068 F080 tags of the client and of the request are stored', async () => {
  const before = native.gateway.records.length
  await native.infer({ ...plain, variant_name: 'a', namespace: 'acme', tags: { user: 'u' } })
  await native.infer({ ...plain, internal: true, tags: { 'tensorzero::x': '1' } })
  const tags = native.gateway.records.slice(before).map((record) => record.tags)
  expect(tags[0]).toEqual({
    user: 'u',
    'tensorzero::namespace': 'acme',
    'tensorzero::variant_pinned': 'a',
  })
  expect(tags[1]).toEqual({ 'tensorzero::x': '1', 'tensorzero::internal': 'true' })
})

test('F066 a dry run answers and leaves nothing', async () => {
  const before = native.gateway.records.length
  const { status, json } = await native.infer({ ...plain, dryrun: true })
  expect([status, json['variant_name']]).toEqual([200, 'a'])
  expect(native.gateway.records).toHaveLength(before)
})

test('F064 parameters of the request win', async () => {
  await native.infer({ ...plain, params: { chat_completion: { temperature: 0.5, seed: 7 } } })
  const sent = JSON.parse(native.gateway.records.at(-1)?.attempts[0]?.rawRequest ?? '{}')
  expect(sent).toMatchObject({ temperature: 0.5, seed: 7 })
})

test('F060 F136 a chat answer has its blocks, and calls that are checked', async () => {
  const episode = newEpisode(native)
  const body = { function_name: 'armed', episode_id: episode, input: say() }
  const { json } = await native.infer(body)
  expect(json).toEqual({
    inference_id: expect.any(String),
    episode_id: episode,
    variant_name: 'a',
    content: [
      {
        type: 'tool_call',
        id: '0',
        raw_name: 'get_temperature',
        raw_arguments: '{"location":"Brooklyn","units":"celsius"}',
        name: 'get_temperature',
        arguments: { location: 'Brooklyn', units: 'celsius' },
      },
    ],
    usage: { input_tokens: 10, output_tokens: 1, cost: null },
    finish_reason: 'tool_call',
  })
})

test.each([
  ['bad_tool', 'get_temperature', null],
  ['invalid_tool_arguments', 'get_temperature', null],
  ['good_tool', null, null],
])('F136 the call of %s has what is valid of it', async (model, name, args) => {
  const config = { type: 'chat_completion', model: `dummy::${model}` }
  const { json } = await native.infer({
    function_name: 'armed',
    dryrun: true,
    internal_dynamic_variant_config: config,
    input: say(),
  })
  expect(json).toMatchObject({
    variant_name: 'tensorzero::dynamic_variant',
    content: [{ name, arguments: args }],
  })
})

/** With a variant that comes with it. */
const brought = (function_name: string, more: object, input: object) =>
  native.infer({
    function_name,
    dryrun: true,
    internal_dynamic_variant_config: { type: 'chat_completion', ...more },
    input,
  })

test('F079 a variant of the request brings its own template, and json functions their mode', async () => {
  const greeter = await brought(
    'tensorzero::hello_chat',
    {
      model: 'dummy::echo_request_messages',
      system_template: { __tensorzero_remapped_path: 'system', __data: 'Say {{ word }}.' },
    },
    say('Hi', { word: 'moin' }),
  )
  expect(JSON.stringify(greeter.json['content'])).toContain('Say moin.')
  const own = { templates: { system: { path: 'Say {{ word }}.' } } }
  const plainly = await brought(
    'plain',
    { model: 'dummy::echo_request_messages', ...own },
    say('Hi', { word: 'moin' }),
  )
  expect(JSON.stringify(plainly.json['content'])).toContain('Say moin.')
  const text = { __tensorzero_remapped_path: 'system', __data: 'It said {{ system_text }}.' }
  const silent = await brought(
    'plain',
    { model: 'dummy::echo_request_messages', system_template: text },
    { messages: say('Hi').messages },
  )
  expect(JSON.stringify(silent.json)).toContain('It said none.')
  const facts = await brought('tensorzero::hello_json', { model: 'dummy::json' }, say())
  expect(facts.json['output']).toMatchObject({ parsed: { answer: 'Hello' } })
})

test('F077 keys of the cache that nobody knows are passed over', async () => {
  const { status } = await native.infer({ ...plain, cache_options: { lookback_s: 10 } })
  expect(status).toBe(200)
})

test('F078 F137 an output schema of the request replaces the function’s', async () => {
  const strict = { type: 'object', required: ['other'] }
  const { json } = await native.infer({
    function_name: 'facts',
    output_schema: strict,
    input: say(),
  })
  expect(json['output']).toEqual({ raw: '{"answer":"Hello"}', parsed: null })
  const plainly = await native.infer({ function_name: 'facts', input: say() })
  expect(plainly.json['output']).toEqual({
    raw: '{"answer":"Hello"}',
    parsed: { answer: 'Hello' },
  })
})

test('F011 F164 a chat function answers by a tool of ours where json mode is `tool`', async () => {
  const body = {
    ...plain,
    params: { chat_completion: { json_mode: 'tool' } },
    output_schema: { type: 'object' },
    dryrun: true,
    internal_dynamic_variant_config: { type: 'chat_completion', model: 'dummy::good_tool' },
  }
  const { json } = await native.infer(body)
  expect(json).toMatchObject({
    content: [{ type: 'text', text: '{"sentiment":"positive","confidence":0.95}' }],
    finish_reason: 'stop',
  })
})
