import { expect, test, vi } from 'vitest'
import type { JsonObject } from '../src/lib/json.ts'
import { startGateway, type TestGateway } from './support/gateway.ts'
import { MODEL, post, relayTo, say } from './support/relay.ts'
import { completion, reply, startUpstream } from './support/upstream.ts'

// Real sockets, on a machine that may be slow.
vi.setConfig({ testTimeout: 60_000 })

test('F205 F206 one gateway behind another: whole and streamed answers arrive as they are', async () => {
  await using provider = await startUpstream(() => reply(200, completion('Yes.')))
  await using far = await startGateway(`
    [models.m]
    routing = ["p"]
    [models.m.providers.p]
    type = "dummy"
    model_name = "good"
    [models.t]
    routing = ["p"]
    [models.t.providers.p]
    type = "dummy"
    model_name = "tool"
    [models.k]
    routing = ["p"]
    [models.k.providers.p]
    type = "openai"
    model_name = "gpt-x"
    api_base = "${provider.base}"
    api_key_location = "dynamic::key"`)
  const models = ['m', 't', 'k'].map((name) => MODEL.replaceAll('models.m', `models.${name}`))
  await using edge = await startGateway(relayTo(far.url) + models.join(''))
  const tool = {
    name: 'get_temperature',
    description: 'Tells it.',
    parameters: { type: 'object', properties: { location: { type: 'string' } } },
  }
  for (const model of ['m', 't']) {
    const body = {
      model_name: model,
      input: say(),
      ...(model === 't' && { additional_tools: [tool] }),
    }
    const direct = await post(far, '/inference', body)
    const relayed = await post(edge, '/inference', body)
    expect(relayed.status).toBe(200)
    for (const field of ['content', 'usage', 'finish_reason']) {
      expect(relayed.json[field]).toEqual(direct.json[field])
    }
    const [one, other] = await Promise.all([far, edge].map((gateway) => streamOf(gateway, body)))
    expect(other).toEqual(one)
  }
  const keyed = { model_name: 'k', input: say(), credentials: { key: 'theirs' } }
  expect((await post(edge, '/inference', keyed)).status).toBe(200)
  expect(provider.requests.at(-1)?.headers['authorization']).toBe('Bearer theirs')
  const refused = await post(edge, '/inference', { model_name: 'k', input: say() })
  expect(refused.json['error']).toMatch(/Dynamic api key `key` is missing/)
})

/** What a stream says: its texts and calls put together, and its end. */
async function streamOf({ url }: TestGateway, body: object): Promise<JsonObject> {
  const response = await fetch(`${url}/inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, stream: true }),
  })
  const events = (await response.text()).split('\n\n').filter((each) => each.startsWith('data: {'))
  const chunks = events.map((event) => JSON.parse(event.slice('data: '.length)) as JsonObject)
  const pieces = chunks.flatMap(({ content }) => (content ?? []) as JsonObject[])
  const joined = (key: string) => pieces.map((piece) => (piece[key] ?? '') as string).join('')
  const last = chunks.at(-1)
  return {
    text: joined('text'),
    name: joined('raw_name'),
    arguments: joined('raw_arguments'),
    usage: last?.['usage'] ?? null,
    finish: last?.['finish_reason'] ?? null,
  }
}
