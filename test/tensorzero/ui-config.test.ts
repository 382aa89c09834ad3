import { afterAll, expect, test } from 'vitest'
import { keepInUse } from '../../src/ops/config-snapshots.ts'
import { startGateway } from '../support/gateway.ts'

const text = (path: string, data: string) =>
  `{ __tensorzero_remapped_path = ${JSON.stringify(path)}, __data = ${JSON.stringify(data)} }`
const SCHEMA = { type: 'object', properties: { name: { type: 'string' } } }
const system = text('system.minijinja', 'Hello {{ name }}')
const schema = text('schema.json', JSON.stringify(SCHEMA))

const toml = `
[models.one]
routing = ["a"]
providers.a = { type = "dummy", model_name = "good" }
[embedding_models.vectors]
routing = ["a"]
providers.a = { type = "dummy", model_name = "vectors" }
[tools.weather]
description = "Tells the weather."
parameters = ${schema}
name = "get_weather"
[metrics.liked]
type = "boolean"
optimize = "max"
level = "inference"
description = "Somebody liked it."
[functions.talk]
type = "chat"
description = "Talks."
system_schema = ${schema}
tools = ["weather"]
[functions.talk.variants.plain]
type = "chat_completion"
model = "one"
system_template = ${system}
temperature = 0.5
reasoning_effort = "low"
timeouts = { non_streaming.total_ms = 5000, streaming.ttft_ms = 400 }
retries = { num_retries = 2, max_delay_s = 3 }
[functions.talk.variants.best]
type = "experimental_best_of_n_sampling"
candidates = ["plain", "plain"]
evaluator = { model = "one", system_template = ${system} }
[functions.talk.variants.mixed]
type = "experimental_mixture_of_n"
candidates = ["plain"]
fuser = { model = "one", system_template = ${system} }
[functions.talk.variants.near]
type = "experimental_dynamic_in_context_learning"
model = "one"
embedding_model = "vectors"
k = 3
[functions.talk.evaluators.fair]
type = "llm_judge"
output_type = "boolean"
optimize = "max"
[functions.talk.evaluators.fair.variants.judge]
type = "chat_completion"
model = "one"
json_mode = "on"
system_instructions = ${text('judge.txt', 'Be fair.')}
[functions.facts]
type = "json"
output_schema = ${schema}
experimentation = { type = "static", candidate_variants = ["a"], fallback_variants = ["b"] }
[functions.facts.variants]
a = { type = "chat_completion", model = "one", json_mode = "strict" }
b = { type = "chat_completion", model = "one", json_mode = "on" }
[functions.adapts]
type = "chat"
experimentation = { type = "adaptive", candidate_variants = ["a", "b"], metric = "liked" }
[functions.adapts.variants]
a = { type = "chat_completion", model = "one" }
b = { type = "chat_completion", model = "one" }
[evaluations.haiku]
type = "inference"
function_name = "talk"
evaluators.same = { type = "exact_match" }
`

const gateway = await startGateway(toml, {}, { stored: true })
afterAll(() => gateway[Symbol.asyncDispose]())

async function ask(path: string) {
  const response = await fetch(`${gateway.url}/internal/ui_config${path}`)
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

const { json } = await ask('')
const functions = json['functions'] as Record<string, unknown>

test('F318 tells pages what there is', () => {
  expect(json).toMatchObject({
    tools: {
      weather: {
        key: 'weather',
        name: 'get_weather',
        description: 'Tells the weather.',
        parameters: { value: SCHEMA },
        strict: false,
      },
    },
    evaluations: {
      haiku: {
        type: 'inference',
        function_name: 'talk',
        evaluators: { same: { type: 'exact_match' } },
      },
    },
    model_names: ['one'],
    config_hash: gateway.engine.config().hash,
    config_in_database: false,
  })
  expect(json['metrics']).toMatchObject({
    liked: {
      type: 'boolean',
      optimize: 'max',
      level: 'inference',
      description: 'Somebody liked it.',
    },
    'tensorzero::function_name::talk::evaluator_name::fair': { type: 'boolean' },
  })
})

test('F318 tells a chat function with all its variants, defaults filled in', () => {
  const template = {
    template: { path: 'system.minijinja', contents: 'Hello {{ name }}' },
    schema: { value: SCHEMA },
    legacy_definition: true,
  }
  const prompting = {
    model: 'one',
    templates: { system: template },
    temperature: null,
    top_p: null,
    max_tokens: null,
    presence_penalty: null,
    frequency_penalty: null,
    seed: null,
    stop_sequences: null,
    json_mode: null,
    retries: { num_retries: 0, max_delay_s: 10 },
  }
  expect(functions['talk']).toMatchObject({
    type: 'chat',
    description: 'Talks.',
    tools: ['weather'],
    tool_choice: 'auto',
    parallel_tool_calls: null,
    schemas: { system: { schema: { value: SCHEMA }, legacy_definition: true } },
    experimentation: { base: { type: 'default' }, namespaces: {} },
    evaluators: {
      fair: {
        type: 'llm_judge',
        input_format: 'serialized',
        output_type: 'boolean',
        optimize: 'max',
        include: { reference_output: false },
      },
    },
  })
  const { variants } = functions['talk'] as { variants: unknown }
  expect(variants).toEqual({
    plain: {
      inner: {
        type: 'chat_completion',
        weight: null,
        ...prompting,
        temperature: 0.5,
        reasoning_effort: 'low',
        retries: { num_retries: 2, max_delay_s: 3 },
      },
      timeouts: { non_streaming: { total_ms: 5000 }, streaming: { ttft_ms: 400 } },
    },
    best: {
      inner: {
        type: 'best_of_n_sampling',
        weight: null,
        candidates: ['plain', 'plain'],
        evaluator: expect.objectContaining({ model: 'one', weight: null }) as object,
      },
      timeouts: {},
    },
    mixed: {
      inner: {
        type: 'mixture_of_n',
        weight: null,
        candidates: ['plain'],
        fuser: { weight: null, ...prompting },
      },
      timeouts: {},
    },
    near: {
      inner: expect.objectContaining({
        type: 'dicl',
        model: 'one',
        embedding_model: 'vectors',
        k: 3,
        max_distance: null,
      }) as object,
      timeouts: {},
    },
  })
})

test('F318 tells a json function, and how functions choose their variants', () => {
  expect(functions['facts']).toMatchObject({
    type: 'json',
    output_schema: { value: SCHEMA },
    json_mode_tool_call_config: { tool_choice: { specific: 'respond' } },
    experimentation: {
      base: { type: 'static', candidate_variants: { a: 1 }, fallback_variants: ['b'] },
    },
  })
  expect(functions['adapts']).toMatchObject({
    experimentation: {
      base: {
        type: 'adaptive',
        algorithm: 'track_and_stop',
        metric: 'liked',
        candidate_variants: ['a', 'b'],
        min_samples_per_variant: 10,
        delta: 0.05,
      },
    },
  })
})

test('F318 tells the same by its hash, and of older configurations', async () => {
  const { stored, config } = gateway.engine
  if (!stored) throw new Error('This gateway has a store.')
  await keepInUse(stored, { ...config(), hash: '7' }, 1000)
  expect((await ask(`/${config().hash}`)).json).toEqual(json)
  expect((await ask('/7')).json).toEqual({ ...json, config_hash: '7' })
  expect((await ask('/8')).status).toBe(404)
})
