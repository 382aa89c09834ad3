import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../src/lib/json.ts'
import {
  type BatchUpstream,
  refusedWith,
  said,
  startOpenaiBatches,
  startVertexBatches,
} from './support/batch-upstream.ts'
import { startGateway, type TestGateway } from './support/gateway.ts'
import { reply } from './support/upstream.ts'

// Real threads and files, on a machine that may be slow.
vi.setConfig({ testTimeout: 120_000 })

const folder = mkdtempSync(join(tmpdir(), 'weir-batches-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const UNKNOWN = '0199aaaa-0000-7000-8000-000000000000'

const openaiModel = (name: string, base: string, extra = '') => `
[models.${name}]
routing = ["there"]
[models.${name}.providers.there]
type = "openai"
model_name = "gpt-x"
api_base = "${base}"
api_key_location = "none"
${extra}
`

const BATCH_COST = `
cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1000 }]
batch_cost = [
  { pointer = "/usage/prompt_tokens", cost_per_million = 100 },
  { pointer = "/usage/completion_tokens", cost_per_unit = 0.001 },
]`

const HAIKU = `
[functions.haiku]
type = "chat"
[functions.haiku.variants.only]
type = "chat_completion"
model = "m"
temperature = 0.5
`

interface Answered {
  readonly status: number
  readonly json: JsonObject
}

function begin({ url }: TestGateway, body: object): Promise<Answered> {
  return ask(`${url}/batch_inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

function poll({ url }: TestGateway, begun: Answered | string, inference?: string) {
  const id = typeof begun === 'string' ? begun : String(begun.json['batch_id'])
  return ask(`${url}/batch_inference/${id}${inference ? `/inference/${inference}` : ''}`)
}

async function ask(url: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url, init)
  return { status: response.status, json: (await response.json()) as JsonObject }
}

const texts = (...contents: string[]) =>
  contents.map((content) => ({ messages: [{ role: 'user', content }] }))

const idsOf = ({ json }: Answered) => json['inference_ids'] as string[]
const inferencesOf = ({ json }: Answered) => json['inferences'] as JsonObject[]
const stored = { stored: true } as const

/** What the model was asked, back. */
const echo = (body: JsonObject) => {
  const messages = body['messages'] as { content: string | { text: string }[] }[]
  const content = messages.at(-1)?.content ?? ''
  return said(`re: ${typeof content === 'string' ? content : content[0]?.text}`)
}

describe('batches of OpenAI', () => {
  test('F240 F179 F038 a batch is handed in, asked after, and answered', async () => {
    await using fake = await startOpenaiBatches()
    const toml = openaiModel('m', fake.base, BATCH_COST) + HAIKU
    await using gateway = await startGateway(toml, {}, stored)
    const begun = await begin(gateway, {
      function_name: 'haiku',
      inputs: texts('one', 'two'),
      tags: [{ who: 'me' }, null],
    })
    expect(begun.status).toBe(200)
    const ids = idsOf(begun)
    expect(ids).toHaveLength(2)
    expect(begun.json['episode_ids']).toHaveLength(2)

    const [file] = fake.calls('POST /v1/files')
    expect(file?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(file?.body).toMatch(/name="purpose"\r\n\r\nbatch\r\n/)
    const lines = (file?.body ?? '').split(/\r?\n/).filter((line) => line.startsWith('{'))
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      ids.map((id, index) => ({
        custom_id: id,
        method: 'POST',
        url: '/v1/chat/completions',
        body: {
          model: 'gpt-x',
          messages: [{ role: 'user', content: index === 0 ? 'one' : 'two' }],
          temperature: 0.5,
        },
      })),
    )
    const [made] = fake.calls('POST /v1/batches')
    expect(JSON.parse(made?.body ?? '')).toMatchObject({
      input_file_id: 'file-1',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })

    expect(await poll(gateway, begun)).toEqual({ status: 200, json: { status: 'pending' } })
    expect(gateway.records).toEqual([])
    fake.state = 'completed'
    fake.answer = echo
    const done = await poll(gateway, begun)
    const episodes = begun.json['episode_ids'] as string[]
    expect(done.json).toEqual({
      status: 'completed',
      batch_id: begun.json['batch_id'],
      inferences: ['re: one', 're: two'].map((text, index) => ({
        inference_id: ids[index],
        episode_id: episodes[index],
        variant_name: 'only',
        content: [{ type: 'text', text }],
        usage: { input_tokens: 7, output_tokens: 2, cost: 0.0027 },
        finish_reason: 'stop',
      })),
    })

    const asked = fake.upstream.requests.length
    expect(await poll(gateway, begun)).toEqual(done)
    const single = await poll(gateway, begun, ids[1])
    expect(single.json).toEqual({ ...done.json, inferences: [inferencesOf(done)[1]] })
    expect(fake.upstream.requests).toHaveLength(asked)
    expect(gateway.records).toHaveLength(2)

    const record = await gateway.engine.stored?.reads.get(ids[0] ?? '')
    expect(record?.record).toMatchObject({
      dialect: 'tensorzero.batch_inference',
      functionName: 'haiku',
      variantName: 'only',
      model: 'm',
      outcome: 'ok',
      costNano: 2_700_000,
      tags: { who: 'me', 'weir::batch_id': begun.json['batch_id'] },
      native: {
        type: 'chat',
        input: { messages: [{ role: 'user', content: [{ type: 'text', text: 'one' }] }] },
        inference_params: { chat_completion: { temperature: 0.5 } },
      },
    })
    const [attempt] = record?.attemptRecords ?? []
    expect(attempt).toMatchObject({ provider: 'there', costSource: 'config', finish: 'stop' })
    expect(JSON.parse(attempt?.rawRequest ?? '')).toMatchObject({ model: 'gpt-x' })
    expect(JSON.parse(attempt?.rawResponse ?? '')).toEqual(said('re: one').body)
  })

  test.each([
    ['its own', 'batch_cost = [{ pointer = "/usage/prompt_tokens", cost_per_unit = 1 }]', 7],
    ['that of single calls', 'cost = [{ pointer = "/usage/total_tokens", cost_per_unit = 1 }]', 9],
    ['none', '', null],
  ])('F038 the cost of a batch is %s', async (_name, cost, dollars) => {
    await using fake = await startOpenaiBatches()
    const toml = openaiModel('m', fake.base, cost).replace('gpt-x', 'gpt-4o-mini') + HAIKU
    await using gateway = await startGateway(toml, {}, stored)
    const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one') })
    fake.state = 'completed'
    fake.answer = echo
    const [inference] = inferencesOf(await poll(gateway, begun))
    expect(inference?.['usage']).toEqual({ input_tokens: 7, output_tokens: 2, cost: dollars })
  })

  test('F240 each request has its own parameters, tools, schema and episode', async () => {
    await using fake = await startOpenaiBatches()
    const toml = `${openaiModel('m', fake.base)}
      [functions.tooled]
      type = "chat"
      tools = []
      [functions.tooled.variants.only]
      type = "chat_completion"
      model = "m"
      extra_body = [{ pointer = "/user", value = "u" }]`
    await using gateway = await startGateway(toml, {}, stored)
    const episode = gateway.engine.ids.next()
    const tool = {
      name: 'look',
      description: 'Looks.',
      parameters: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
    }
    const begun = await begin(gateway, {
      function_name: 'tooled',
      inputs: texts('one', 'two'),
      episode_ids: [null, episode],
      params: { chat_completion: { temperature: [0.1, null], max_tokens: [null, 9] } },
      additional_tools: [[tool], null],
      tool_choice: ['required', null],
      parallel_tool_calls: [false, null],
    })
    expect(begun.json['episode_ids']).toEqual([expect.any(String), episode])
    const [first, second] = fake.bodies()
    expect(first).toMatchObject({
      temperature: 0.1,
      user: 'u',
      tool_choice: 'required',
      parallel_tool_calls: false,
      tools: [{ type: 'function', function: { name: 'look' } }],
    })
    expect(first).not.toHaveProperty('max_completion_tokens')
    expect(second).toMatchObject({ max_completion_tokens: 9, user: 'u' })
    expect(second).not.toHaveProperty('tools')

    fake.state = 'completed'
    const call = { id: 'c', type: 'function', function: { name: 'look', arguments: '{"at":"x"}' } }
    fake.answer = (_body, index) => {
      const message = index === 0 ? { role: 'assistant', content: null, tool_calls: [call] } : null
      const whole = said('two').body
      if (!message) return { status: 200, body: whole }
      const choices = [{ index: 0, message, finish_reason: 'tool_calls' }]
      return { status: 200, body: { ...whole, choices } as JsonObject }
    }
    const [called] = inferencesOf(await poll(gateway, begun))
    expect(called?.['content']).toEqual([
      {
        type: 'tool_call',
        id: 'c',
        raw_name: 'look',
        raw_arguments: '{"at":"x"}',
        name: 'look',
        arguments: { at: 'x' },
      },
    ])
    expect(called?.['finish_reason']).toBe('tool_call')
  })

  test.each(['strict', 'tool'])(
    'F240 a json function answers in its schema by %s',
    async (mode) => {
      await using fake = await startOpenaiBatches()
      const toml = `${openaiModel('m', fake.base)}
      [functions.j]
      type = "json"
      [functions.j.variants.only]
      type = "chat_completion"
      model = "m"
      json_mode = "${mode}"`
      await using gateway = await startGateway(toml, {}, stored)
      const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
      const begun = await begin(gateway, {
        function_name: 'j',
        inputs: texts('one', 'two'),
        output_schemas: [schema, null],
      })
      fake.state = 'completed'
      const text = '{"n":1}'
      const call = { id: 'c', type: 'function', function: { name: 'respond', arguments: text } }
      const message = { role: 'assistant', content: mode === 'tool' ? null : text }
      const choice = {
        index: 0,
        message: { ...message, ...(mode === 'tool' && { tool_calls: [call] }) },
        finish_reason: mode === 'tool' ? 'tool_calls' : 'stop',
      }
      fake.answer = () => ({
        status: 200,
        body: { ...said('').body, choices: [choice] } as JsonObject,
      })
      const [one] = inferencesOf(await poll(gateway, begun))
      expect(one?.['output']).toEqual({ raw: text, parsed: { n: 1 } })
      expect(gateway.records[0]?.native).toMatchObject({ type: 'json', output_schema: schema })
    },
  )

  test('F179 what fails within a batch is told of each request', async () => {
    await using fake = await startOpenaiBatches()
    await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
    const inputs = texts('fine', 'bad', 'late', 'lost', 'empty')
    const begun = await begin(gateway, { function_name: 'haiku', inputs })
    const ids = idsOf(begun)
    fake.state = 'completed'
    fake.answer = (body, index) => {
      if (index === 1) return refusedWith('No such thing.')
      if (index === 2) return { status: 0, body: {} }
      if (index === 3) return null
      return index === 4 ? { status: 200, body: { object: 'nothing' } } : echo(body)
    }
    const done = await poll(gateway, begun)
    expect(inferencesOf(done).map(({ inference_id: id }) => id)).toEqual([ids[0]])
    expect(done.json['errors']).toEqual([
      { inference_id: ids[1], error: 'No such thing.' },
      { inference_id: ids[2], error: 'Too late.' },
      { inference_id: ids[3], error: 'The provider gave no answer to this request of the batch.' },
      { inference_id: ids[4], error: 'The provider sent JSON without an answer in it.' },
    ])
    expect(await poll(gateway, begun)).toEqual(done)
    const single = await poll(gateway, begun, ids[1])
    expect(single.json).toEqual({
      status: 'completed',
      batch_id: begun.json['batch_id'],
      inferences: [],
      errors: [{ inference_id: ids[1], error: 'No such thing.' }],
    })
    const outcomes = gateway.records.map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['ok', ...Array<string>(4).fill('upstream_error')])
  })

  test.each([
    ['failed', 'failed', 'The file is too long.'],
    ['cancelled', 'failed', 'The batch ended as cancelled, without an answer.'],
    ['expired', 'completed', undefined],
  ])('F179 a batch that ends as %s is %s', async (state, status, error) => {
    await using fake = await startOpenaiBatches()
    await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
    const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one', 'two') })
    fake.answer = (body, index) => (index === 0 ? echo(body) : { status: 0, body: {} })
    fake.state = state
    const done = await poll(gateway, begun)
    expect(done.status).toBe(200)
    expect(done.json['status']).toBe(status)
    const errors = done.json['errors'] as JsonObject[]
    expect(errors.at(-1)?.['error']).toBe(error ?? 'Too late.')
    expect(await poll(gateway, begun)).toEqual(done)
  })

  test('F240 a call that fails is an error, and the batch goes on', async () => {
    await using fake = await startOpenaiBatches()
    await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
    const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one') })
    for (const fault of [
      reply(500, '{"error":{"message":"Oh no."}}'),
      reply(200, 'not JSON'),
      reply(404, '{"error":{"message":"No such batch."}}'),
      [{ reset: true } as const],
    ]) {
      fake.fault = fault
      const failed = await poll(gateway, begun)
      expect(failed.status).toBeGreaterThanOrEqual(400)
      expect(failed.json).toEqual({ error: expect.any(String) })
    }
    fake.state = 'completed'
    fake.answer = echo
    expect(inferencesOf(await poll(gateway, begun))).toHaveLength(1)
  })

  test('F240 two who ask at once have its answers recorded once', async () => {
    await using fake = await startOpenaiBatches()
    await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
    const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one', 'two') })
    fake.state = 'completed'
    fake.answer = echo
    const all = await Promise.all([1, 2, 3, 4].map(() => poll(gateway, begun)))
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(all.filter(({ json }) => json['status'] === 'completed').length).toBeGreaterThan(0)
    expect(gateway.records).toHaveLength(2)
    expect((await poll(gateway, begun)).json['status']).toBe('completed')
    expect(gateway.records).toHaveLength(2)
  })

  test('F240 a batch outlives its gateway', async () => {
    await using fake = await startOpenaiBatches()
    const toml = openaiModel('m', fake.base) + HAIKU
    const options = { ...stored, dataDir: join(folder, 'kept') }
    // More than one piece.
    const inputs = texts(...Array.from({ length: 120 }, (_, index) => `number ${index}`))
    let begun: Answered
    {
      await using gateway = await startGateway(toml, {}, options)
      begun = await begin(gateway, { function_name: 'haiku', inputs })
    }
    fake.state = 'completed'
    fake.answer = echo
    await using gateway = await startGateway(toml, {}, options)
    const answers = inferencesOf(await poll(gateway, begun))
    expect(answers.map(({ inference_id: id }) => id)).toEqual(idsOf(begun))
    expect(answers[119]?.['content']).toEqual([{ type: 'text', text: 're: number 119' }])
    const { reads } = gateway.engine.stored ?? {}
    expect(await reads?.documents('batch_piece', { limit: 1 })).toEqual([])
    expect(await reads?.documents('batch_turn', { limit: 1 })).toEqual([])
  })

  test('F179 the first provider that takes it has it, by keys of the request', async () => {
    await using fake = await startOpenaiBatches()
    const toml = `[models.m]
      routing = ["none", "away", "there"]
      [models.m.providers.none]
      type = "dummy"
      model_name = "good"
      [models.m.providers.away]
      type = "openai"
      model_name = "x"
      api_base = "http://127.0.0.1:1/v1/"
      api_key_location = "none"
      [models.m.providers.there]
      type = "openai"
      model_name = "x"
      api_base = "${fake.base}"
      api_key_location = { default = "dynamic::mine", fallback = "env::KEPT" }
      extra_headers = [{ name = "x-own", value = "yes" }]
      ${HAIKU}`
    await using gateway = await startGateway(toml, { KEPT: 'kept' }, stored)
    const begun = await begin(gateway, {
      function_name: 'haiku',
      inputs: texts('one'),
      credentials: { mine: 'secret' },
    })
    expect(begun.status).toBe(200)
    for (const call of fake.upstream.requests) {
      expect(call.headers).toMatchObject({ authorization: 'Bearer secret', 'x-own': 'yes' })
    }
    await poll(gateway, begun)
    expect(fake.calls('GET').at(-1)?.headers['authorization']).toBe('Bearer kept')
    const kept = await gateway.engine.stored?.reads.documents('batch', { limit: 9 })
    expect(JSON.stringify(kept)).not.toContain('secret')
  })

  test('F240 where a variant cannot have it, another one does', async () => {
    await using fake = await startOpenaiBatches()
    const toml = `${openaiModel('m', fake.base)}
      [functions.f]
      type = "chat"
      [functions.f.variants.a]
      type = "chat_completion"
      model = "dummy::good"
      weight = 1
      [functions.f.variants.b]
      type = "chat_completion"
      model = "m"
      weight = 0.0001`
    await using gateway = await startGateway(toml, {}, stored)
    const begun = await begin(gateway, { function_name: 'f', inputs: texts('one') })
    expect(begun.status).toBe(200)
    fake.state = 'completed'
    fake.answer = echo
    const [inference] = inferencesOf(await poll(gateway, begun))
    expect(inference?.['variant_name']).toBe('b')
  })
})

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
  await using gateway = await startGateway(REFUSED, {}, stored)
  const answer = await begin(gateway, { function_name: 'f', inputs: texts('x'), ...body })
  expect(answer).toEqual({ status, json: { error: expect.stringMatching(message) } })
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

const vertexToml = (base: string, batch = '') => `
[models.m]
routing = ["there"]
[models.m.providers.there]
type = "gcp_vertex_gemini"
model_id = "gemini-x"
location = "us-central1"
project_id = "proj"
api_base = "${base}"
credential_location = "none"
extra_headers = [{ name = "x-own", value = "yes" }]
batch_cost = [{ pointer = "/usageMetadata/totalTokenCount", cost_per_unit = 0.01 }]
${batch}
${HAIKU}`

const bucket = (base: string) => `
[provider_types.gcp_vertex_gemini.batch]
storage_type = "cloud_storage"
input_uri_prefix = "gs://mine/in/"
output_uri_prefix = "gs://mine/out"
storage_api_base = "${base}"
`

const generated = (text: string) => ({
  status: 200,
  body: {
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 },
  } as JsonObject,
})

describe('batches of Gemini on Vertex', () => {
  const startVertex = async () => {
    const fake = await startVertexBatches()
    return { fake, toml: vertexToml(fake.base, bucket(fake.base)) }
  }

  test('F180 F240 F038 a batch goes through the bucket', async () => {
    const { fake, toml } = await startVertex()
    await using _ = fake
    await using gateway = await startGateway(toml, {}, stored)
    const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one', 'two') })
    expect(begun.status).toBe(200)
    const batchId = String(begun.json['batch_id'])
    const ids = idsOf(begun)
    const input = `gs://mine/in/weir-batch-input-${batchId}.jsonl`
    expect([...fake.objects.keys()]).toEqual([input])
    expect(fake.bodies()).toMatchObject(
      ids.map((id, index) => ({
        contents: [{ role: 'user', parts: [{ text: index === 0 ? 'one' : 'two' }] }],
        generationConfig: { temperature: 0.5 },
        labels: { weir_inference_id: id },
      })),
    )
    const [upload, job] = fake.upstream.requests
    expect(upload?.headers).not.toHaveProperty('x-own')
    expect(job?.headers).toMatchObject({ 'x-own': 'yes' })
    expect(job?.path).toBe('/v1/projects/proj/locations/us-central1/batchPredictionJobs')
    expect(JSON.parse(job?.body ?? '')).toEqual({
      displayName: `weir-batch-${batchId}`,
      model: 'publishers/google/models/gemini-x',
      inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: [input] } },
      outputConfig: {
        predictionsFormat: 'jsonl',
        gcsDestination: { outputUriPrefix: `gs://mine/out/weir-batch-output-${batchId}` },
      },
    })
    expect((await poll(gateway, begun)).json).toEqual({ status: 'pending' })
    fake.state = 'JOB_STATE_SUCCEEDED'
    fake.answer = (_body, index) => (index === 0 ? generated('yes') : refusedWith('Blocked.', 400))
    const done = await poll(gateway, begun)
    expect(done.json).toMatchObject({
      status: 'completed',
      batch_id: batchId,
      inferences: [
        {
          inference_id: ids[0],
          content: [{ type: 'text', text: 'yes' }],
          usage: { input_tokens: 3, output_tokens: 4, cost: 0.07 },
          finish_reason: 'stop',
        },
      ],
      errors: [{ inference_id: ids[1], error: 'Blocked.' }],
    })
    expect(await poll(gateway, begun)).toEqual(done)
  })

  test.each([
    ['JOB_STATE_FAILED', 'Bad input file.'],
    ['JOB_STATE_CANCELLED', 'The job ended as JOB_STATE_CANCELLED.'],
  ])('F180 a job that ends as %s has failed', async (state, error) => {
    const { fake, toml } = await startVertex()
    await using _ = fake
    await using gateway = await startGateway(toml, {}, stored)
    const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one') })
    fake.state = state
    const done = await poll(gateway, begun)
    expect(done).toEqual({
      status: 200,
      json: { status: 'failed', errors: [{ inference_id: idsOf(begun)[0], error }] },
    })
    expect(await poll(gateway, begun)).toEqual(done)
  })

  test.each([
    [
      'without a bucket',
      '',
      /Missing config section: `\[provider_types.gcp_vertex_gemini.batch\]`/,
    ],
    [
      'with none',
      '[provider_types.gcp_vertex_gemini.batch]\nstorage_type = "none"',
      /Missing config/,
    ],
  ])('F180 there are no batches %s', async (_name, batch, message) => {
    await using fake = await startVertexBatches()
    await using gateway = await startGateway(vertexToml(fake.base, batch), {}, stored)
    const answer = await begin(gateway, { function_name: 'haiku', inputs: texts('x') })
    expect(answer).toEqual({ status: 500, json: { error: expect.stringMatching(message) } })
    expect(fake.upstream.requests).toEqual([])
  })

  test('F180 the bucket that says no is the provider that says no', async () => {
    const { fake, toml } = await startVertex()
    await using _: BatchUpstream = fake
    await using gateway = await startGateway(toml, {}, stored)
    fake.fault = reply(403, '{"error":{"code":403,"message":"No access to mine."}}')
    const answer = await begin(gateway, { function_name: 'haiku', inputs: texts('x') })
    expect(answer.status).toBe(500)
    expect(answer.json['error']).toMatch(/No access to mine\./)
  })
})
