import { expect, test, vi } from 'vitest'
import { modelToml, startGateway, type TestGateway } from './support/gateway.ts'
import { completion, reply, startUpstream, type Upstream } from './support/upstream.ts'

// Real threads and files, on a machine that may be slow.
vi.setConfig({ testTimeout: 120_000 })

const CONFIG = (base: string, more = '') => `${modelToml([base])}
[object_storage]
type = "disabled"
[embedding_models.near]
routing = ["broken", "dummy"]
[embedding_models.near.providers.broken]
type = "dummy"
model_name = "error"
[embedding_models.near.providers.dummy]
type = "dummy"
model_name = "vectors"
[functions.f]
type = "chat"
[functions.f.variants.learns]
type = "experimental_dynamic_in_context_learning"
embedding_model = "near"
k = 2
model = "m"
${more}
[functions.f.variants.streams]
type = "experimental_dynamic_in_context_learning"
embedding_model = "near"
k = 2
model = "dummy::good"
[functions.f.variants.plain]
type = "chat_completion"
model = "m"
[functions.f.experimentation]
type = "static"
candidate_variants = ["learns"]
[functions.j]
type = "json"
[functions.j.variants.learns]
type = "experimental_dynamic_in_context_learning"
embedding_model = "near"
k = 5
model = "m"
json_mode = "off"
`

const post = (gateway: TestGateway, path: string, body: unknown) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const inputOf = (text: string) => ({
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
})
const infer = (gateway: TestGateway, text: string, more = {}) =>
  post(gateway, '/inference', { function_name: 'f', input: inputOf(text), ...more })

const example = (text: string, answer: string, more = {}) => ({
  function_name: 'f',
  variant_name: 'learns',
  input: inputOf(text),
  output: [{ type: 'text', text: answer }],
  ...more,
})

async function withGateway(
  work: (gateway: TestGateway, upstream: Upstream) => Promise<void>,
  more = '',
): Promise<void> {
  await using upstream = await startUpstream(() => reply(200, completion('{"a":1}')))
  await using gateway = await startGateway(CONFIG(upstream.base, more), {}, { stored: true })
  await work(gateway, upstream)
}

interface Sent {
  readonly messages: readonly { readonly role: string; readonly content: string }[]
}
const sent = ({ requests }: Upstream) => JSON.parse(requests.at(-1)?.body ?? '{}') as Sent

test('F193 the nearest examples stand between the instructions and the input', async () => {
  await withGateway(async (gateway, upstream) => {
    const examples = [
      example('the red fox jumps', 'fox'),
      example('a slow green turtle swims', 'turtle'),
      example('the red fox sleeps', 'sleepy fox'),
      example('the red fox jumps', 'of another namespace', { namespace: 'other' }),
    ]
    const added = await post(gateway, '/internal/dicl_examples', { examples })
    expect(((await added.json()) as { ids: string[] }).ids).toHaveLength(4)
    const response = await infer(gateway, 'the red fox jumps')
    expect(response.status).toBe(200)
    const { messages } = sent(upstream)
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['system', expect.stringContaining('examples of a task')],
      ['user', JSON.stringify(inputOf('the red fox jumps'))],
      ['assistant', 'fox'],
      ['user', JSON.stringify(inputOf('the red fox sleeps'))],
      ['assistant', 'sleepy fox'],
      ['user', JSON.stringify(inputOf('the red fox jumps'))],
    ])
    const record = gateway.records.at(-1)
    expect(record?.attempts).toMatchObject([
      { model: 'near', provider: 'broken', variant: 'learns', status: 500 },
      { model: 'near', provider: 'dummy', variant: 'learns', error: null },
      { model: 'm', variant: 'learns', error: null },
    ])
    const { usage } = (await response.json()) as { usage: Record<string, number> }
    expect(usage['output_tokens']).toBe(2)
    expect(usage['input_tokens']).toBeGreaterThan(7)
  })
})

test('F193 F313 the search has a model inference of its own, which says nothing, and each its own times', async () => {
  await withGateway(async (gateway) => {
    await (await infer(gateway, 'hi', { variant_name: 'streams', stream: true })).text()
    const record = gateway.records.at(-1)
    const path = `/internal/model_inferences/${record?.id}`
    const answer = await fetch(gateway.url + path)
    const { model_inferences: found } = (await answer.json()) as { model_inferences: object[] }
    const { startedUs = 0, ttftUs } = record?.attempts.at(-1) ?? {}
    expect(found).toMatchObject([
      { model_name: 'near', output: [] },
      {
        model_name: 'dummy::good',
        output: [{ type: 'text' }],
        ttft_ms: Math.round(((ttftUs ?? 0) - startedUs) / 1000),
      },
    ])
  })
})

test('F193 examples that are too far are left out: then it is an ordinary conversation', async () => {
  await withGateway(async (gateway, upstream) => {
    await post(gateway, '/internal/dicl_examples', { examples: [example('apples', 'fruit')] })
    const system = 'Be brief.'
    await post(gateway, '/inference', {
      function_name: 'f',
      input: { system, ...inputOf('submarines dive') },
    })
    const { messages } = sent(upstream)
    expect(messages).toHaveLength(2)
    expect(messages[0]?.content).toMatch(/examples of a task[\s\S]*Be brief\.$/)
    expect(messages[1]?.content).toBe('submarines dive')
  }, 'max_distance = 0.1')
})

test("F247 TensorZero's own rows are taken, with their vectors, a line each", async () => {
  await withGateway(async (gateway, upstream) => {
    const vector = Array.from({ length: 1536 }, (_, at) => Math.sin(at))
    const row = {
      id: '0196374b-0000-7000-8000-000000000001',
      function_name: 'j',
      variant_name: 'learns',
      namespace: '',
      input: JSON.stringify(inputOf('x')),
      output: JSON.stringify({ raw: '{"a": 5}', parsed: { a: 5 } }),
      embedding: vector,
      timestamp: '2025-04-15 02:33:58',
    }
    const lines = [row, row].map((each) => JSON.stringify(each)).join('\n')
    const added = await post(gateway, '/internal/dicl_examples', `${lines}\n`)
    expect(added.status).toBe(200)
    expect(gateway.records).toHaveLength(0)
    const response = await infer(gateway, 'y', { function_name: 'j' })
    expect(await response.json()).toMatchObject({ output: { parsed: { a: 1 } } })
    expect(
      sent(upstream)
        .messages.map(({ content }) => content)
        .slice(1, 3),
    ).toEqual([row.input, '{"a": 5}'])
  })
})

test.each([
  [{ function_name: 'nobody' }, 404, 'Unknown function: nobody'],
  [{ variant_name: 'nobody' }, 404, 'Unknown variant: nobody'],
  [{ variant_name: 'plain' }, 400, 'does not learn from examples'],
  [{ extra: 1 }, 400, 'extra'],
])('F247 an example for nobody is refused: %j', async (more, status, message) => {
  await withGateway(async (gateway) => {
    const examples = [example('a', 'b'), example('c', 'd', more)]
    const response = await post(gateway, '/internal/dicl_examples', { examples })
    expect(response.status).toBe(status)
    expect(await response.text()).toContain(message)
  })
})

test('F069 F193 an error shows what the calls that failed were told, no others', async () => {
  await withGateway(async (gateway) => {
    const response = await infer(gateway, 'hi', {
      dryrun: true,
      include_raw_response: true,
      internal_dynamic_variant_config: {
        type: 'experimental_dynamic_in_context_learning',
        embedding_model: 'near',
        k: 1,
        model: 'dummy::error',
      },
    })
    const { raw_response: raw } = (await response.json()) as { raw_response: object[] }
    expect(raw).toEqual([
      { provider_type: 'dummy', api_type: 'embeddings', data: expect.any(String) },
      { provider_type: 'dummy', api_type: 'chat_completions', data: expect.any(String) },
    ])
  })
})

test.each([
  ['image', { type: 'file', file_type: 'url', url: 'https://x.test/a.png' }],
  ['unknown', { type: 'unknown', data: {} }],
])('F193 a block of the kind %s is refused', async (kind, file) => {
  await withGateway(async (gateway) => {
    const response = await post(gateway, '/inference', {
      function_name: 'f',
      variant_name: 'learns',
      input: { messages: [{ role: 'user', content: [file] }] },
    })
    expect(response.status).toBe(400)
    const refused = 'Unsupported content block type `KIND` for provider `dicl`'
    expect(await response.text()).toContain(refused.replace('KIND', kind))
  })
})
