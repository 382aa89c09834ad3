import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../src/lib/json.ts'
import { startGateway, type TestGateway } from './support/gateway.ts'
import { MODEL, post, relayTo, say } from './support/relay.ts'
import { reply, startUpstream, type Upstream } from './support/upstream.ts'

// Real sockets, on a machine that may be slow.
vi.setConfig({ testTimeout: 60_000 })

const OWN = `
[models.own]
routing = ["p"]
skip_relay = true
[models.own.providers.p]
type = "dummy"
model_name = "good"
`
const F = `
[functions.f]
type = "chat"
[functions.f.variants.v]
type = "chat_completion"
model = "m"
temperature = 0.5
extra_body = [{ pointer = "/variant", value = 1 }]
extra_headers = [{ name = "x-variant", value = "v" }]
[functions.j]
type = "json"
[functions.j.variants.v]
type = "chat_completion"
model = "m"
json_mode = "strict"
`

describe('the gateway that is asked', () => {
  let far: Upstream
  let edge: TestGateway
  let answer: string | null = null
  beforeAll(async () => {
    far = await startUpstream(() =>
      reply(
        200,
        answer ?? JSON.stringify({ inference_id: 'x', content: [], finish_reason: 'stop' }),
      ),
    )
    const toml = relayTo(far.base, 'api_key_location = "env::FAR"') + MODEL + OWN + F
    edge = await startGateway(toml, { FAR: 'far-key' })
  })
  afterAll(async () => {
    await edge[Symbol.asyncDispose]()
    await far[Symbol.asyncDispose]()
  })
  const sent = () => {
    const last = far.requests.at(-1)
    return { ...last, json: JSON.parse(last?.body ?? '{}') as JsonObject }
  }
  const ANSWER = {
    inference_id: '0199aaaa-0000-7000-8000-000000000001',
    episode_id: '0199aaaa-0000-7000-8000-000000000002',
    variant_name: 'm',
    content: [
      { type: 'thought', text: 'Hm.', signature: 'sig', provider_type: 'anthropic' },
      { type: 'text', text: 'Yes.' },
      {
        type: 'tool_call',
        id: 'c1',
        raw_name: 'look',
        raw_arguments: '{"at":1}',
        name: 'look',
        arguments: { at: 1 },
      },
    ],
    usage: { input_tokens: 9, output_tokens: 4, provider_cache_read_input_tokens: 2, cost: 0.25 },
    finish_reason: 'tool_call',
    raw_response: [{ provider_type: 'anthropic', api_type: 'chat_completions', data: 'raw!' }],
  }

  test('F205 is told all that is asked, and its answer is the answer', async () => {
    answer = JSON.stringify(ANSWER)
    const tool = { name: 'look', description: 'Looks.', parameters: { type: 'object' } }
    const { status, json } = await post(edge, '/inference', {
      function_name: 'f',
      input: { system: 'Be brief.', ...say() },
      params: { chat_completion: { max_tokens: 9, stop_sequences: ['x'] } },
      additional_tools: [tool],
      tool_choice: 'required',
      cache_options: { enabled: 'on', max_age_s: 7 },
      credentials: { key: 'secret' },
      tags: { who: 'me' },
      include_raw_response: true,
      extra_body: [
        { pointer: '/all', value: 2 },
        { variant_name: 'v', pointer: '/mine', delete: true },
        { model_name: 'm', provider_name: 'theirs', pointer: '/its', value: 3 },
        { model_name: 'own', pointer: '/other', value: 4 },
      ],
    })
    expect(status).toBe(200)
    const { path, headers, json: body } = sent()
    expect(path).toBe('/v1/inference')
    expect(headers).toMatchObject({ authorization: 'Bearer far-key' })
    expect(body).toEqual({
      model_name: 'm',
      input: {
        system: 'Be brief.',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      },
      params: { chat_completion: { temperature: 0.5, max_tokens: 9, stop_sequences: ['x'] } },
      additional_tools: [{ type: 'function', ...tool }],
      tool_choice: 'required',
      cache_options: { enabled: 'on', max_age_s: 7 },
      credentials: { key: 'secret' },
      tags: { who: 'me' },
      include_raw_response: true,
      extra_body: [
        { pointer: '/variant', value: 1 },
        { pointer: '/all', value: 2 },
        { pointer: '/mine', delete: true },
        { model_name: 'm', provider_name: 'theirs', pointer: '/its', value: 3 },
      ],
      extra_headers: [{ name: 'x-variant', value: 'v' }],
    })
    expect(json).toMatchObject({
      variant_name: 'v',
      content: [
        { type: 'thought', text: 'Hm.', signature: 'sig' },
        { type: 'text', text: 'Yes.' },
        { type: 'tool_call', id: 'c1', name: 'look', arguments: { at: 1 } },
      ],
      usage: {
        input_tokens: 9,
        output_tokens: 4,
        provider_cache_read_input_tokens: 2,
        cost: 0.25,
      },
      finish_reason: 'tool_call',
      raw_response: ANSWER.raw_response,
    })
    const record = edge.records.at(-1)
    expect(record).toMatchObject({ functionName: 'f', variantName: 'v', costNano: 250_000_000 })
    const [attempt] = record?.attempts ?? []
    expect(attempt).toMatchObject({ model: 'm', provider: 'tensorzero::relay' })
    expect(JSON.stringify(record)).not.toContain('secret')
  })

  test('F205 is given back what it said, thoughts too', async () => {
    answer = JSON.stringify({ ...ANSWER, content: [{ type: 'text', text: '{"a":1}' }] })
    const schema = { type: 'object', properties: { a: { type: 'number' } } }
    const { json } = await post(edge, '/inference', {
      function_name: 'j',
      output_schema: schema,
      input: {
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'thought', text: 'Hm.', signature: 's', provider_type: 'tensorzero::relay' },
              { type: 'thought', text: 'So.', provider_type: 'anthropic' },
              { type: 'tool_call', id: 'c', name: 'look', arguments: '{}' },
            ],
          },
          {
            role: 'user',
            content: [{ type: 'tool_result', id: 'c', name: 'look', result: 'seen' }],
          },
        ],
      },
    })
    expect(json['output']).toEqual({ raw: '{"a":1}', parsed: { a: 1 } })
    const { json: body } = sent()
    expect(body).toMatchObject({
      output_schema: schema,
      params: { chat_completion: { json_mode: 'strict' } },
      input: {
        messages: [
          {
            content: [
              { type: 'thought', text: 'Hm.', signature: 's' },
              { type: 'thought', text: 'So.', provider_type: 'anthropic' },
              { type: 'tool_call', id: 'c', name: 'look', arguments: '{}' },
            ],
          },
          { content: [{ type: 'tool_result', id: 'c', name: 'look', result: 'seen' }] },
        ],
      },
    })
    const input = body['input'] as { messages: { content: JsonObject[] }[] }
    expect(input.messages[0]?.content[0]).not.toHaveProperty('provider_type')
  })

  test('F205 answers short names too, and those who speak as OpenAI does', async () => {
    answer = JSON.stringify({ ...ANSWER, content: [{ type: 'text', text: 'Yes.' }] })
    for (const model of ['openai::gpt-x', 'm', 'tensorzero::model_name::m']) {
      const response = await edge.chat({ model, messages: [{ role: 'user', content: 'Hi' }] })
      expect(await response.json()).toMatchObject({
        choices: [{ message: { role: 'assistant', content: 'Yes.' } }],
        usage: { prompt_tokens: 9, completion_tokens: 4 },
      })
      expect(sent().json['model_name']).toBe(model.replace('tensorzero::model_name::', ''))
    }
  })

  test('F205 embeds', async () => {
    answer = JSON.stringify({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [1, 2] }],
      model: 'm',
      usage: { prompt_tokens: 1, total_tokens: 1 },
    })
    const { json } = await post(edge, '/openai/v1/embeddings', {
      model: 'openai::embed',
      input: 'x',
      'tensorzero::credentials': { key: 'secret' },
    })
    expect(json['data']).toMatchObject([{ embedding: [1, 2] }])
    expect(sent()).toMatchObject({
      path: '/v1/openai/v1/embeddings',
      json: { model: 'openai::embed', input: 'x', 'tensorzero::credentials': { key: 'secret' } },
    })
    expect(JSON.stringify(edge.records.at(-1)?.attempts)).not.toContain('secret')
  })

  test('F206 is not asked for a model that skips it', async () => {
    const before = far.requests.length
    const { json } = await post(edge, '/inference', { model_name: 'own', input: say() })
    expect(json['content']).toMatchObject([{ type: 'text' }])
    expect(far.requests).toHaveLength(before)
  })

  test.each([
    [400, 'No such thing.'],
    [404, 'There is no model m.'],
    [429, 'Too much.'],
    [500, 'Broken.'],
    [502, 'All variants failed.'],
  ])('F205 says no by status %d, and so does this one', async (status, error) => {
    await using down = await startUpstream(() => reply(status, JSON.stringify({ error })))
    await using gateway = await startGateway(relayTo(down.base) + MODEL + F)
    const body = { function_name: 'f', variant_name: 'v', input: say() }
    expect(await post(gateway, '/inference', body)).toEqual({ status, json: { error } })
  })
})
