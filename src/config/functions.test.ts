import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from '../domain/errors.ts'
import type { JsonObject } from '../lib/json.ts'
import { loadTexts } from './fakes.ts'
import type { Prompting } from './functions.ts'
import { ConfigError } from './problems.ts'

const files = {
  'weir.toml': `
[functions.extract]
type = "json"
description = "Finds names."
output_schema = "names.json"
system_schema = "system.json"
schemas.hint.path = "system.json"

[functions.extract.variants.plain]
type = "chat_completion"
model = "stage::m"
system_template = "system.txt"
templates.hint.path = "system.txt"
json_mode = "implicit_tool"
temperature = 0.5
top_p = 0.9
max_tokens = 10
presence_penalty = 0.1
frequency_penalty = -0.1
seed = 7
stop_sequences = ["END"]
reasoning_effort = "low"
service_tier = "flex"
thinking_budget_tokens = 100
verbosity = "low"
retries = { num_retries = 2, max_delay_s = 1.5 }
timeouts.non_streaming.total_ms = 500
extra_body = [{ pointer = "/a", value = 1 }]
extra_headers = [{ name = "X-A", delete = true }]

[functions.extract.variants.thoughtful]
type = "experimental_chain_of_thought"
model = "stage::m"
system_template = "system.txt"
templates.hint.path = "system.txt"
json_mode = "strict"

[functions.extract.variants.learned]
type = "experimental_dynamic_in_context_learning"
model = "stage::m"
embedding_model = "acme::e"
k = 3
max_distance = 0.5
system_instructions = "plain.txt"
json_mode = "on"

[functions.extract.variants.untaught]
type = "dicl"
model = "stage::m"
embedding_model = "near"
k = 0
json_mode = "off"

[functions.ask]
type = "chat"
tools = ["find"]
tool_choice.specific = "find"
parallel_tool_calls = true

[functions.ask.variants.wrapped]
type = "chat_completion"
model = "stage::m"
system_template = "plain.txt"
input_wrappers.user = "wrapper.txt"

[functions.ask.variants.best]
type = "experimental_best_of_n_sampling"
candidates = ["wrapped", "wrapped"]
timeout_s = 1.5
evaluator = { model = "stage::m", templates.system.path = "plain.txt" }

[functions.ask.variants.mixed]
type = "experimental_mixture_of_n"
candidates = ["wrapped"]
fuser = { model = "stage::m", system_template = "plain.txt" }

[functions.idle]
type = "json"

[tools.find]
description = "Finds."
parameters = "names.json"
[tools.other]
name = "found"
description = "Finds too."
parameters = "names.json"
strict = true

[metrics.good]
type = "boolean"
optimize = "max"
level = "inference"
description = "Was it good?"

[embedding_models.near]
routing = ["p"]
timeout_ms = 5
providers.p = { type = "acme", model_name = "e" }
`,
  'names.json': '{"type":"object","properties":{"names":{"type":"array"}},"required":["names"]}',
  'system.json': '{"type":"object","properties":{"who":{"type":"string"}}}',
  'system.txt': 'For {{ who }}.\n',
  'plain.txt': 'Be kind.\n',
  'wrapper.txt': '<{{ user_text }}>',
}

const load = async () => (await loadTexts(files)).config
const variantOf = async (owner: string, name: string) => {
  const found = (await load()).functions.get(owner)?.variants.get(name)
  if (found === undefined) throw new Error('There is no such variant.')
  return found
}

test('a json function has its schemas, its answers and its variants', async () => {
  const config = await load()
  const extract = config.functions.get('extract')
  expect(extract).toMatchObject({
    name: 'extract',
    type: 'json',
    description: 'Finds names.',
    tools: [],
    toolChoice: { mode: 'none' },
    parallelToolCalls: null,
  })
  expect([...(extract?.schemas.keys() ?? [])]).toEqual(['system', 'hint'])
  expect(extract?.outputSchema?.check({})).toEqual([
    "the value must have required property 'names'",
  ])
  expect([...(extract?.variants.keys() ?? [])]).toEqual([
    'plain',
    'thoughtful',
    'learned',
    'untaught',
  ])
  expect(config.functions.get('idle')?.outputSchema?.check('anything')).toEqual([])
})

test('every key of a variant arrives', async () => {
  const plain = await variantOf('extract', 'plain')
  expect(plain).toMatchObject({
    type: 'chat_completion',
    name: 'plain',
    weight: null,
    namespace: null,
    model: 'stage::m',
    jsonMode: 'tool',
    retries: { numRetries: 2, maxDelayMs: 1500 },
    extraBody: [{ pointer: '/a', value: 1 }],
    extraHeaders: [{ name: 'X-A', delete: true }],
    timeouts: { totalMs: 500, ttftMs: null },
  })
  expect('params' in plain && plain.params).toEqual({
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 10,
    presence_penalty: 0.1,
    frequency_penalty: -0.1,
    seed: 7,
    stop_sequences: ['END'],
    reasoning_effort: 'low',
    service_tier: 'flex',
    thinking_budget_tokens: 100,
    verbosity: 'low',
  })
  expect(Object.isFrozen(plain)).toBe(true)
})

const renderOf = ({ templates }: Prompting, name: string, args: JsonObject) =>
  templates.get(name)?.render(args)

test('templates render, and say what they were not given', async () => {
  const plain = await variantOf('extract', 'plain')
  if (!('templates' in plain)) throw new Error('There are no templates.')
  expect(renderOf(plain, 'system', { who: 'Ann' })).toBe('For Ann.')
  expect(renderOf(plain, 'hint', { who: 'Bob' })).toBe('For Bob.')
  expect(plain.wrappers.size).toBe(0)
  expect(() => renderOf(plain, 'system', { what: 1 })).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message:
        'Error rendering template system.txt: Could not render template: undefined value in line 1. Not given: `who`.',
    }),
  )
})

test('a chat function has tools, and old templates wrap plain text', async () => {
  const config = await load()
  expect(config.functions.get('ask')).toMatchObject({
    type: 'chat',
    tools: ['find'],
    toolChoice: { mode: 'required', tool: 'find' },
    parallelToolCalls: true,
    outputSchema: null,
  })
  const wrapped = await variantOf('ask', 'wrapped')
  if (!('wrappers' in wrapped)) throw new Error('There are no wrappers.')
  expect(wrapped.wrappers).toEqual(
    new Map([
      ['system', 'system_text'],
      ['user', 'user_text'],
    ]),
  )
  expect(renderOf(wrapped, 'user', { user_text: 'Hi' })).toBe('<Hi>')
  expect([...config.tools.values()]).toMatchObject([
    { key: 'find', name: 'find', description: 'Finds.', strict: false },
    { key: 'other', name: 'found', strict: true },
  ])
  expect(config.metrics.get('good')).toEqual({
    name: 'good',
    type: 'boolean',
    optimize: 'max',
    level: 'inference',
    description: 'Was it good?',
  })
})

test('the other kinds of variant are read too', async () => {
  expect(await variantOf('extract', 'thoughtful')).toMatchObject({ type: 'chain_of_thought' })
  expect(await variantOf('extract', 'learned')).toMatchObject({
    type: 'dicl',
    embeddingModel: 'acme::e',
    k: 3,
    maxDistance: 0.5,
    systemInstructions: 'Be kind.\n',
    jsonMode: 'on',
  })
  expect(await variantOf('extract', 'untaught')).toMatchObject({
    maxDistance: null,
    systemInstructions: expect.stringContaining('examples'),
  })
  expect(await variantOf('ask', 'best')).toMatchObject({
    type: 'best_of_n',
    candidates: ['wrapped', 'wrapped'],
    candidateTimeoutMs: 1500,
    judge: { model: 'stage::m', jsonMode: 'strict' },
  })
  expect(await variantOf('ask', 'mixed')).toMatchObject({
    type: 'mixture_of_n',
    candidateTimeoutMs: null,
    judge: { jsonMode: null },
  })
})

test('two functions are always there, for variants that requests bring', async () => {
  const { config } = await loadTexts({})
  expect([...config.functions.values()]).toMatchObject([
    { name: 'tensorzero::hello_chat', type: 'chat', outputSchema: null },
    { name: 'tensorzero::hello_json', type: 'json', outputSchema: { json: {} } },
  ])
})

test('models for embeddings are models of their own', async () => {
  const config = await load()
  expect(config.embeddingModels.get('near')).toMatchObject({
    targets: [{ upstreamModel: 'e', model: 'near' }],
    timeouts: { totalMs: 5 },
  })
  expect(config.models.size).toBe(0)
})

test('a request may bring a schema', async () => {
  const config = await load()
  const schema = config.compileSchema({ type: 'number' }, 'the output')
  expect(schema.check('x')).toEqual(['the value must be number'])
  expect(() => config.compileSchema({ type: 'nope' }, 'the output')).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message: expect.stringMatching(/^The JSON Schema of the output is invalid: .*\.$/),
    }),
  )
})

test('however many schemas requests bring, they work', async () => {
  const config = await load()
  for (let least = 0; least < 150; least++) {
    expect(config.compileSchema({ minimum: least }, 'x').check(least - 1)).toHaveLength(1)
  }
})

const remapped = (text: string) => ({ __tensorzero_remapped_path: 'x', __data: text })

test('a request may bring a variant, with texts in place of paths', async () => {
  const config = await load()
  const variant = config.readVariant('extract', {
    type: 'chat_completion',
    model: 'stage::m',
    json_mode: 'strict',
    templates: { system: { path: remapped('Now {{ who }}') }, hint: { path: 'Inline {{ who }}' } },
  })
  if (!('templates' in variant)) throw new Error('There are no templates.')
  expect(renderOf(variant, 'system', { who: 'Ann' })).toBe('Now Ann')
  expect(renderOf(variant, 'hint', { who: 'Ann' })).toBe('Inline Ann')
  const judged = config.readVariant('ask', {
    type: 'best_of_n',
    candidates: ['wrapped'],
    evaluator: { model: 'stage::m', system_template: 'Choose.' },
  })
  expect('judge' in judged && renderOf(judged.judge, 'system', {})).toBe('Choose.')
})

test.each<[string, string, JsonObject, string]>([
  ['an unknown function', 'nope', {}, 'There is no function named `nope`.'],
  [
    'a mistake in its table',
    'ask',
    { type: 'chat_completion', model: 1 },
    '`internal_dynamic_variant_config` is invalid: `model` must be a string, found a number.',
  ],
  [
    'a mistake in a template',
    'ask',
    { type: 'chat_completion', model: 'm', user_template: '{{' },
    '`internal_dynamic_variant_config` is invalid: user_template: Failed to add template: syntax error: unexpected end of input, expected expression in line 1.',
  ],
  [
    'an unknown candidate',
    'ask',
    { type: 'best_of_n', candidates: ['x'], evaluator: { model: 'm' } },
    '`internal_dynamic_variant_config` is invalid: candidate `x` not found.',
  ],
])('a variant with %s is refused', async (_, owner, json, message) => {
  const config = await load()
  expect(() => config.readVariant(owner, json)).toThrow(message)
  expect(() => config.readVariant(owner, json)).toThrow(GatewayError)
})

test('whichever lines are missing, doubled or spoilt, nothing worse comes than a ConfigError', async () => {
  const lines = files['weir.toml'].split('\n')
  const spoil = fc.record({
    line: fc.nat(lines.length - 1),
    how: fc.constantFrom(
      () => '',
      (line: string) => `${line}\n${line}`,
      (line: string) => line.replace(/=.*/, '= 5'),
      (line: string) => line.replace(/=.*/, '= ["x"]'),
      (line: string) => line.replace(/=.*/, '= { x = 1 }'),
      (line: string) => line.replace(/"[^"]*"/, '"x"'),
      (line: string) => line.replace(/\.\w+/, ''),
      (line: string) => line.replace(/^\w+/, '"\\u0000"'),
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(spoil, { maxLength: 4 }), async (spoils) => {
      const spoilt = [...lines]
      for (const { line, how } of spoils) spoilt[line] = how(spoilt[line] ?? '')
      const result = await loadTexts({ ...files, 'weir.toml': spoilt.join('\n') }).catch(
        (thrown: unknown) => thrown,
      )
      expect(result instanceof Error).toBe(result instanceof ConfigError)
    }),
    { numRuns: 60 },
  )
}, 60_000)
