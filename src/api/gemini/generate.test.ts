import { GoogleGenAI } from '@google/genai'
import { expect, test } from 'vitest'
import { modelToml, startGateway } from '../../../test/support/gateway.ts'
import { delta, FINISH, reply, startUpstream, STREAM_HEAD } from '../../../test/support/upstream.ts'

test('the official SDK lists the models and finds one', async () => {
  await using gateway = await startGateway(modelToml(['http://127.0.0.1:9/v1/']))
  const client = new GoogleGenAI({
    apiKey: 'ANY',
    httpOptions: { baseUrl: `${gateway.url}/gemini` },
  })
  const names: (string | undefined)[] = []
  for await (const { name } of await client.models.list()) names.push(name)
  expect(names).toContain('models/m')
  expect(await client.models.get({ model: 'm' })).toMatchObject({ name: 'models/m' })
  await expect(client.models.get({ model: 'nobody' })).rejects.toThrow('no model')
})

async function listOf(events: readonly string[]): Promise<unknown> {
  await using upstream = await startUpstream(() => [
    STREAM_HEAD,
    ...events.map((send) => ({ send })),
    { end: true },
  ])
  await using gateway = await startGateway(modelToml([upstream.base]))
  const answer = await fetch(`${gateway.url}/gemini/v1beta/models/m:streamGenerateContent`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ contents: 'Hi' }),
  })
  return answer.json()
}

test('a list is JSON, whole or broken', async () => {
  const text = delta({ content: 'a' })
  expect(await listOf([text, FINISH, 'data: [DONE]\n\n'])).toMatchObject([
    { candidates: [{ content: { parts: [{ text: 'a' }] } }] },
    { candidates: [{ finishReason: 'STOP' }] },
  ])
  const broken = await listOf([text])
  expect(broken).toMatchObject([{ candidates: [{}] }, { error: {} }])
  const bare = await listOf([delta({ role: 'assistant' })])
  expect(Array.isArray(bare) ? bare.at(-1) : bare).toMatchObject({ error: {} })
})

test('an embedding is asked for in the words of the provider', async () => {
  const body = { object: 'list', data: [{ index: 0, embedding: [0.5] }], usage: {} }
  await using upstream = await startUpstream(() => reply(200, JSON.stringify(body)))
  await using gateway = await startGateway(modelToml([upstream.base]))
  const client = new GoogleGenAI({
    apiKey: 'ANY',
    httpOptions: { baseUrl: `${gateway.url}/gemini` },
  })
  const { embeddings } = await client.models.embedContent({ model: 'm', contents: 'a' })
  expect(embeddings).toMatchObject([{ values: [0.5] }])
})
