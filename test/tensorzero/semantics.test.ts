import { createHash } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { dummies, newEpisode, say, startNative } from '../support/native.ts'

const native = await startNative(
  `
gateway.unstable_error_json = true
[models.slow]
routing = ["slow"]
[models.slow.providers.slow]
type = "dummy"
model_name = "slow"
timeouts = { non_streaming.total_ms = 50, streaming.ttft_ms = 60 }
[models.slow_model]
routing = ["slow"]
timeouts = { non_streaming.total_ms = 50 }
providers.slow = { type = "dummy", model_name = "slow" }
[models.stalls]
routing = ["one"]
timeouts = { streaming.total_ms = 400 }
providers.one = { type = "dummy", model_name = "slow_second_chunk" }
[models.flaky]
routing = ["one"]
providers.one = { type = "dummy", model_name = "flaky_model" }
[models.mobile]
namespace = "mobile"
routing = ["one"]
providers.one = { type = "dummy", model_name = "good" }
[models.two_bad]
routing = ["one", "two"]
providers.one = { type = "dummy", model_name = "error_1" }
providers.two = { type = "dummy", model_name = "error_2" }
[functions.plain]
type = "chat"
[functions.plain.variants]
${dummies({ a: 'good', b: 'alternate', c: 'echo' })}
[functions.weighed]
type = "chat"
experimentation = { type = "static", candidate_variants = { a = 1, b = 3 }, fallback_variants = ["c"], namespaces = { acme = { type = "static", candidate_variants = ["c"] } } }
[functions.weighed.variants]
${dummies({ a: 'good', b: 'alternate', c: 'echo' })}
[functions.broken]
type = "chat"
experimentation = { type = "static", candidate_variants = ["a"], fallback_variants = ["b"] }
[functions.broken.variants]
${dummies({ a: 'error_a', b: 'error_b' })}
[functions.timed]
type = "chat"
[functions.timed.variants.provider]
type = "chat_completion"
model = "slow"
[functions.timed.variants.model]
type = "chat_completion"
model = "slow_model"
[functions.timed.variants.variant]
type = "chat_completion"
model = "dummy::slow"
timeouts = { non_streaming.total_ms = 50 }
[functions.timed.variants.retried]
type = "chat_completion"
model = "two_bad"
retries = { num_retries = 1, max_delay_s = 0.01 }
[functions.timed.variants.flaky]
type = "chat_completion"
model = "flaky"
retries = { num_retries = 1, max_delay_s = 0.01 }
`,
)
afterAll(() => native[Symbol.asyncDispose]())

/** A number in [0, 1) as the specification makes it. */
function draw(name: string, episode: string): number {
  const bytes = Buffer.from(episode.replaceAll('-', ''), 'hex')
  return createHash('sha256').update(name).update(bytes).digest().readUInt32BE(0) / 2 ** 32
}

test('F176 F182 F183 the variant of an episode is drawn by its hash, and stays', async () => {
  for (let number = 0; number < 12; number++) {
    const episode = newEpisode(native)
    const body = { episode_id: episode, input: say() }
    const even = ['a', 'b', 'c'][Math.floor(draw('plain', episode) * 3)]
    const weighed = draw('weighed', episode) * 4 < 1 ? 'a' : 'b'
    for (const [name, expected] of [
      ['plain', even],
      ['weighed', weighed],
      ['plain', even],
    ]) {
      const { json } = await native.infer({ ...body, function_name: name })
      expect(json['variant_name']).toBe(expected)
    }
  }
})

test('F213 a model of a namespace is refused to others at once, not as a failed variant', async () => {
  const body = { model_name: 'mobile', input: say() }
  expect((await native.infer({ ...body, namespace: 'mobile' })).status).toBe(200)
  for (const namespace of [null, 'web']) {
    const { status, json } = await native.infer({ ...body, namespace })
    expect([status, json['error']]).toEqual([
      400,
      expect.stringMatching(/^The model `mobile` belongs to the namespace `mobile`/),
    ])
  }
})

test('F031 F213 a namespace has its own experiment, an unknown one the usual', async () => {
  const body = { function_name: 'weighed', input: say() }
  expect((await native.infer({ ...body, namespace: 'acme' })).json['variant_name']).toBe('c')
  const other = await native.infer({ ...body, namespace: 'nobody' })
  expect(['a', 'b']).toContain(other.json['variant_name'])
})

const PROVIDER = (name: string) =>
  `dummy: Error from dummy client: Error sending request to Dummy provider for model '${name}'.`
const PROVIDERS = 'All model providers failed to infer with errors:'

test.each<[string, object, number, string]>([
  [
    'F081 F184 all variants',
    { function_name: 'broken' },
    502,
    `All variants failed with errors: a: ${PROVIDERS} ${PROVIDER('error_a')}\nb: ${PROVIDERS} ${PROVIDER('error_b')}`,
  ],
  [
    'F081 F185 a pinned variant',
    { function_name: 'broken', variant_name: 'a' },
    500,
    `${PROVIDERS} ${PROVIDER('error_a')}`,
  ],
  [
    'F186 all providers of a model',
    { model_name: 'two_bad' },
    502,
    `${PROVIDERS} one: Error from dummy client: Error sending request to Dummy provider for model 'error_1'., two: Error`,
  ],
  [
    'F187 all retries',
    { function_name: 'timed', variant_name: 'retried' },
    500,
    `All retries failed with errors: ${PROVIDERS} one: `,
  ],
  [
    'F188 a provider within its time',
    { function_name: 'timed', variant_name: 'provider' },
    500,
    `${PROVIDERS} slow: Model provider slow timed out due to configured \`non_streaming.total_ms\` timeout (50ms)`,
  ],
  [
    'F189 a provider in a stream',
    { function_name: 'timed', variant_name: 'provider', stream: true },
    500,
    `${PROVIDERS} slow: Model provider slow timed out due to configured \`streaming.ttft_ms\` timeout (60ms)`,
  ],
  [
    'F188 a model within its time',
    { function_name: 'timed', variant_name: 'model' },
    408,
    'Model slow_model timed out due to configured `non_streaming.total_ms` timeout (50ms)',
  ],
  [
    'F188 a variant within its time',
    { function_name: 'timed', variant_name: 'variant' },
    408,
    'Variant `variant` timed out due to configured `non_streaming.total_ms` timeout (50ms)',
  ],
])('%s did not answer', async (_, body, status, message) => {
  const answer = await native.infer({ input: say(), ...body })
  expect(answer.json['error']).toContain(message)
  expect(answer.status).toBe(status)
})

test('F187 a retry helps a provider that fails now and then', async () => {
  const body = { function_name: 'timed', variant_name: 'flaky', input: say() }
  for (let number = 0; number < 4; number++) expect((await native.infer(body)).status).toBe(200)
})

test('F050 errors come as data where that is configured', async () => {
  const body = { function_name: 'timed', variant_name: 'provider', input: say() }
  const { json } = await native.infer(body)
  expect(json['error_json']).toEqual({
    AllModelProvidersFailed: {
      provider_errors: {
        slow: {
          ModelProviderTimeout: {
            provider_name: 'slow',
            timeout: { secs: 0, nanos: 50_000_000 },
            kind: 'non_streaming_total',
          },
        },
      },
    },
  })
  const chat = await native.chat({
    model: 'tensorzero::model_name::slow_model',
    messages: [{ role: 'user', content: 'Hi' }],
  })
  const data = { AllVariantsFailed: { errors: { slow_model: expect.any(Object) } } }
  expect(chat.json).toEqual({
    error: { message: expect.any(String), error_json: data, tensorzero_error_json: data },
  })
  const nobody = await native.infer({ model_name: 'nobody', input: say() })
  expect(nobody.json['error_json']).toEqual({
    InvalidInferenceTarget: {
      message: "Invalid model name: Model name 'nobody' not found in model table",
    },
  })
})

test.each<[object, object]>([
  [{ function_name: 'x' }, { UnknownFunction: { name: 'x' } }],
  [{ function_name: 'timed', variant_name: 'x' }, { UnknownVariant: { name: 'x' } }],
  [
    { function_name: 'timed', episode_id: '00000000-0000-4000-8000-000000000000' },
    { InvalidTensorzeroUuid: { kind: 'Episode', message: expect.any(String) } },
  ],
  [{ function_name: 'timed', allowed_tools: ['x'] }, { ToolNotFound: { name: 'x' } }],
  [
    { model_name: 'dummy::error' },
    {
      AllVariantsFailed: {
        errors: {
          'dummy::error': {
            AllModelProvidersFailed: {
              provider_errors: {
                dummy: {
                  InferenceClient: {
                    message: "Error sending request to Dummy provider for model 'error'.",
                    status_code: null,
                    provider_type: 'dummy',
                    raw_request: null,
                    raw_response: null,
                  },
                },
              },
            },
          },
        },
      },
    },
  ],
])('F050 the data of an error has TensorZero’s name for it: %j', async (asked, expected) => {
  const { json } = await native.infer({ ...asked, input: say() })
  expect(json['error_json']).toEqual(expected)
})

test('F082 an error before the first chunk is an answer of its own', async () => {
  const answer = await native.infer({ model_name: 'dummy::error', input: say(), stream: true })
  expect(answer.status).toBe(502)
})

test('F083 F189 an error in mid-stream is an event, and the end', async () => {
  const events = await native.stream({ model_name: 'dummy::err_in_stream', input: say() })
  expect(events).toHaveLength(4)
  expect(events.at(-1)).toMatchObject({ error: 'Error from dummy client: Dummy error in stream' })
  const late = await native.stream({ model_name: 'stalls', input: say() })
  expect(late.at(-1)).toMatchObject({
    error: 'Model stalls timed out due to configured `streaming.total_ms` timeout (400ms)',
  })
})
