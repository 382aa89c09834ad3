import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startOpenaiBatches } from '../support/batch-upstream.ts'
import { HAIKU, UNKNOWN, begin, openaiModel, poll, stored, texts } from '../support/batches.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'

// Real threads and files, on a machine that may be slow.
vi.setConfig({ testTimeout: 120_000 })

const REFUSED = `
[functions.f]
type = "chat"
[functions.f.variants.plain]
type = "chat_completion"
model = "dummy::good"
[functions.f.variants.best]
type = "best_of_n"
candidates = ["plain"]
[functions.f.variants.best.evaluator]
model = "dummy::good"
[functions.f.variants.keyed]
type = "chat_completion"
model = "keyed"
[functions.bare]
type = "chat"
[functions.bare.variants.plain]
type = "chat_completion"
model = "dummy::good"
[models.keyed]
routing = ["p"]
[models.keyed.providers.p]
type = "openai"
model_name = "x"
api_key_location = "dynamic::mine"
`

describe('what is refused', () => {
  let refusing: TestGateway
  beforeAll(async () => {
    refusing = await startGateway(REFUSED, {}, stored)
  })
  afterAll(() => refusing[Symbol.asyncDispose]())

  test.each([
    ['no inputs', { inputs: [] }, 400, /^No inputs provided$/],
    ['an unknown function', { function_name: 'g' }, 404, /^Unknown function: g$/],
    ['an unknown variant', { variant_name: 'g' }, 404, /^Unknown variant: g$/],
    ['an unknown field', { stream: true }, 400, /unknown field `stream`/],
    [
      'an input that does not fit',
      { inputs: [...texts('x'), { system: { a: 1 }, messages: [] }] },
      400,
      /^Input at index 1 failed validation: System message has non-string content/,
    ],
    [
      'an episode that cannot be',
      { episode_ids: ['0199aaaa-0000-4000-8000-000000000000'] },
      400,
      /^Input at index 0 failed validation: Invalid Episode ID: Version must be 7, got 4$/,
    ],
    [
      'too many episodes',
      { episode_ids: [null, null] },
      400,
      /^Number of episode_ids \(2\) does not match number of inputs \(1\)$/,
    ],
    [
      'too many values of a parameter',
      { params: { chat_completion: { temperature: [1, 2] } } },
      400,
      /^temperature vector length \(2\) does not match number of inferences \(1\)$/,
    ],
    [
      'too few tags',
      { inputs: texts('x', 'y'), tags: [null] },
      400,
      /^tags vector length \(1\) does not match number of inferences \(2\)$/,
    ],
    ['a tag of ours', { tags: [{ 'tensorzero::x': 'y' }] }, 400, /^Tag name cannot start with/],
    [
      'a provider without batches',
      { variant_name: 'plain' },
      500,
      /Unsupported model provider for batch inference: dummy/,
    ],
    [
      'a variant of another type',
      { variant_name: 'best' },
      400,
      /^Unsupported variant for batch inference: `best` is of type `best_of_n`$/,
    ],
    ['no variant that can', {}, 502, /^All variants failed with errors: /],
    [
      'no key where one is to come',
      { variant_name: 'keyed' },
      500,
      /Dynamic api key `mine` is missing/,
    ],
    [
      'the one variant there is',
      { function_name: 'bare' },
      500,
      /Unsupported model provider for batch inference: dummy/,
    ],
  ])('F240 a batch is refused for %s', async (_name, body, status, message) => {
    const answer = await begin(refusing, { function_name: 'f', inputs: texts('x'), ...body })
    expect(answer).toEqual({ status, json: { error: expect.stringMatching(message) } })
  })
})

test.each([
  ['where nothing is kept', '', 400, /requires observability to be enabled/],
  [
    'in relay mode',
    '[gateway.relay]\ngateway_url = "http://127.0.0.1:1"',
    400,
    /^start_batch_inference is not supported in relay mode$/,
  ],
])('F240 there are no batches %s', async (_name, toml, status, message) => {
  await using gateway = await startGateway(toml + REFUSED, {}, toml === '' ? {} : stored)
  const answer = await begin(gateway, { function_name: 'f', inputs: texts('x') })
  expect(answer).toEqual({ status, json: { error: expect.stringMatching(message) } })
  expect((await poll(gateway, UNKNOWN)).status).toBe(400)
})

test('F240 an unknown batch, or an inference of another, is not found', async () => {
  await using fake = await startOpenaiBatches()
  await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
  const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('x') })
  const error = `Batch request not found for id: ${UNKNOWN}`
  expect(await poll(gateway, UNKNOWN)).toEqual({ status: 404, json: { error } })
  expect(await poll(gateway, begun, UNKNOWN)).toEqual({ status: 404, json: { error } })
  expect((await poll(gateway, 'nonsense')).status).toBe(400)
})
