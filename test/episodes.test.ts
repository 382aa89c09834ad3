import { expect, test } from 'vitest'
import { post } from './support/feedback.ts'
import { modelToml, startGateway, type TestGateway } from './support/gateway.ts'

const dummy = `
[models.m]
routing = ["one"]
providers.one = { type = "dummy", model_name = "good" }
[functions.f]
type = "chat"
variants.a = { type = "chat_completion", model = "m" }
`
const first = { role: 'user', content: 'Hello' }
const next = [first, { role: 'assistant', content: 'Hi' }, { role: 'user', content: 'And now?' }]

/** Two turns of one conversation, one after the other. */
async function twoTurns(gateway: TestGateway, body: object, path = '/v1/chat/completions') {
  for (const messages of [[first], next]) {
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, messages }),
    })
    await response.text()
    expect(response.status).toBe(200)
  }
  const [one, other] = [await gateway.record(0), await gateway.record(1)]
  return { one, other }
}

test.each([
  ['an answer', { model: 'm' }, '/v1/chat/completions'],
  ['a stream', { model: 'm', stream: true }, '/v1/chat/completions'],
  ['a function', { model: 'tensorzero::function_name::f' }, '/openai/v1/chat/completions'],
  ['Anthropic’s API', { model: 'm', max_tokens: 9 }, '/v1/messages'],
])('links the turns of a conversation by what it says: %s', async (_, body, path) => {
  await using gateway = await startGateway(dummy)
  const { one, other } = await twoTurns(gateway, body, path)
  expect(other.episodeId).toBe(one.episodeId)
  expect(one.tags).toEqual({})
  expect(other.tags).toEqual({ 'weir::episode_inferred': 'true' })
})

test('does not link what the configuration says not to', async () => {
  await using gateway = await startGateway(`gateway.infer_episodes = false\n${dummy}`)
  const { one, other } = await twoTurns(gateway, { model: 'm' })
  expect(other.episodeId).not.toBe(one.episodeId)
})

test('does not link after an answer that never came', async () => {
  await using gateway = await startGateway(modelToml(['http://127.0.0.1:1']))
  for (const messages of [[first], next]) {
    const response = await gateway.chat({ model: 'm', messages })
    await response.text()
  }
  expect((await gateway.record(1)).episodeId).not.toBe((await gateway.record(0)).episodeId)
})

test('leaves an episode that the client names as it is', async () => {
  await using gateway = await startGateway(dummy)
  const { one } = await twoTurns(gateway, { model: 'm' })
  const named = '01930000-0000-7000-8000-000000000001'
  const body = { model: 'm', messages: next, 'tensorzero::episode_id': named }
  await (await gateway.chat(body)).text()
  const record = await gateway.record(2)
  expect(record.episodeId).toBe(named)
  expect(record.episodeId).not.toBe(one.episodeId)
  expect(record.tags).toEqual({})
})

test('begins an episode with each request of TensorZero’s own API that names none', async () => {
  await using gateway = await startGateway(dummy)
  for (const messages of [[first], next]) {
    await post(gateway, '/inference', { model_name: 'm', input: { messages } })
  }
  expect(gateway.records[1]?.episodeId).not.toBe(gateway.records[0]?.episodeId)
})

test('keeps a response and what follows on it in one episode', async () => {
  await using gateway = await startGateway(dummy, {}, { stored: true })
  const ask = (body: object) => post(gateway, '/v1/responses', { model: 'm', ...body })
  const { json } = await ask({ input: 'Hello' })
  await ask({ input: 'And now?', previous_response_id: json['id'] })
  const [one, other] = [await gateway.record(0), await gateway.record(1)]
  expect(other.episodeId).toBe(one.episodeId)
})
