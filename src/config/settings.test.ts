import { expect, test } from 'vitest'
import { resolve } from 'node:path'
import { loadTexts, remarks } from './fakes.ts'

const configOf = async (text: string, env: Record<string, string> = {}) =>
  (await loadTexts({ 'weir.toml': text }, { env })).config

test('F046 cache, relay and files have their settings', async () => {
  const config = await configOf(
    `[gateway]
fetch_and_encode_input_files_before_inference = true
unstable_disable_feedback_target_validation = true
cache = { enabled = false, backend = "valkey", mode = "on", max_age_s = 5, valkey.ttl_s = 60 }
relay = { gateway_url = "http://edge.test/base", api_key_location = "env::EDGE_KEY" }
[models.m]
routing = ["p"]
skip_relay = true
namespace = "one"
providers.p = { type = "stage", model_name = "x" }`,
    { EDGE_KEY: 'edge' },
  )
  expect(config.gateway).toMatchObject({ fetchFiles: true, feedbackUnchecked: true })
  const byDefault = { mode: 'on', maxAgeS: 5 }
  expect(config.cache).toEqual({ enabled: false, backend: 'valkey', ttlS: 60, byDefault })
  expect(config.relay).toMatchObject({ gatewayUrl: 'http://edge.test/base' })
  expect(config.relay?.credential.type).toBe('secret')
  expect(config.models.get('m')).toMatchObject({ skipRelay: true, namespace: 'one' })
})

test('without a word of them there are none', async () => {
  expect(await configOf('')).toMatchObject({
    cache: { enabled: null, backend: 'auto', ttlS: 86_400 },
    relay: null,
    objectStorage: null,
    rateLimiting: { enabled: true, backend: 'auto', defaultCostNano: 1e9, rules: [] },
    evaluations: {},
    optimizers: {},
  })
})

test("a relay's key must be there", async () => {
  const text = `[gateway.relay]
gateway_url = "http://edge.test"
api_key_location = "env::NOT_THERE"`
  expect(await remarks(text)).toContain('error 3: the environment variable NOT_THERE is not set')
})

test.each([
  ['type = "disabled"', { type: 'disabled' }],
  ['type = "filesystem"\npath = "kept"', { type: 'filesystem', path: resolve('kept') }],
  [
    'type = "s3_compatible"\nbucket_name = "b"\nendpoint = "env::S3"\nallow_http = true',
    {
      type: 's3_compatible',
      bucketName: 'b',
      region: null,
      endpoint: 'http://s3.test',
      allowHttp: true,
      prefix: '',
    },
  ],
])('F046 files are kept as %s says', async (keys, storage) => {
  const config = await configOf(`[object_storage]\n${keys}`, { S3: 'http://s3.test' })
  expect(config.objectStorage).toEqual(storage)
})

test('an address from the environment must be there', async () => {
  const text = '[object_storage]\ntype = "s3_compatible"\nendpoint = "env::S3"'
  expect(await remarks(text)).toContain('error 3: the environment variable S3 is not set')
})

test('F043 F044 limits are read in whole units', async () => {
  const config = await configOf(`[rate_limiting]
default_cost = 0.5
backend = "postgres"
[[rate_limiting.rules]]
always = true
tokens_per_minute = 1000
model_inferences_per_second = { capacity = 10, refill_rate = 5 }
cost_per_month = 12.5
[[rate_limiting.rules]]
priority = 2
cost_per_day = { capacity = 1, refill_rate = 0.1 }
scope = [{ tag_key = "user", tag_value = "tensorzero::each" }, { api_key_public_id = "abcdefghijkl" }]`)
  expect(config.rateLimiting).toEqual({
    enabled: true,
    backend: 'postgres',
    defaultCostNano: 5e8,
    rules: [
      {
        priority: null,
        scope: [],
        limits: [
          { resource: 'model_inferences', interval: 'second', capacity: 10, refillRate: 5 },
          { resource: 'tokens', interval: 'minute', capacity: 1000, refillRate: 1000 },
          { resource: 'cost', interval: 'month', capacity: 12.5e9, refillRate: 12.5e9 },
        ],
      },
      {
        priority: 2,
        scope: [
          { type: 'tag', key: 'user', value: 'tensorzero::each' },
          { type: 'api_key', publicId: 'abcdefghijkl' },
        ],
        limits: [{ resource: 'cost', interval: 'day', capacity: 1e9, refillRate: 1e8 }],
      },
    ],
  })
})

const rule = (keys: string) => `[[rate_limiting.rules]]\n${keys}\n`

test.each([
  [rule('tokens_per_day = 1'), '`rules[0]` needs the `priority` field when `always` is not true'],
  [
    rule('tokens_per_day = 1\nalways = true\npriority = 1'),
    '`rules[0]` cannot have both `always` and `priority` fields',
  ],
  [rule('always = true\ntokens_per_day = -1'), '`tokens_per_day` must be at least 0'],
  [
    rule('always = true\nscope = [{ tag_key = "a", tag_value = "tensorzero::some" }]'),
    '`tag_value` may not start with `tensorzero::`, but for `tensorzero::each` and `tensorzero::total`',
  ],
  [
    rule('always = true\nscope = [{ api_key_public_id = "short" }]'),
    '`api_key_public_id` must be 12 characters long, or `tensorzero::each`',
  ],
  [
    rule('always = true\nscope = [{ tag_key = "a", tag_value = "b" }]').repeat(2),
    'Duplicate rate limiting config scope: another rule holds for the same requests',
  ],
  [
    rule('always = true\ntokens_per_year = 1'),
    'unknown key `tokens_per_year` in [rate_limiting.rules[0]]',
  ],
])('F045 a limit like %s is refused', async (text, message) => {
  const found = await remarks(text)
  expect(found.filter((line) => line.startsWith('error'))).toEqual([
    expect.stringContaining(message),
  ])
})

test.each([
  ['type = "openai_sft"', 'missing key `model` in [optimizers.o]'],
  ['type = "openai_rft"\nmodel = "m"', 'missing key `grader` in [optimizers.o]'],
  [
    'type = "dicl"\nembedding_model = "e"\nvariant_name = "v"',
    'missing key `function_name` in [optimizers.o]',
  ],
  [
    'type = "gepa"\nfunction_name = "f"\nanalysis_model = "m"\nmutation_model = "m"',
    '`o` needs exactly one of `evaluator_names` and `evaluation_name`',
  ],
])('an optimizer with %s is refused', async (keys, message) => {
  const found = await remarks(`[optimizers.o]\n${keys}`)
  expect(found.filter((line) => line.startsWith('error'))).toEqual([`error 1: ${message}`])
})

test('F054 F055 optimizers and old evaluations are kept as they are written', async () => {
  const config = await configOf(`functions.f.type = "chat"
[optimizers.o]
type = "together_sft"
model = "m"
n_epochs = 2
[evaluations.e]
type = "inference"
function_name = "f"`)
  expect(config.optimizers).toEqual({ o: { type: 'together_sft', model: 'm', n_epochs: 2 } })
  expect(config.evaluations).toEqual({ e: { type: 'inference', function_name: 'f' } })
})
