import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { startGateway } from './support/gateway.ts'

async function all<T>(listed: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of listed) items.push(item)
  return items
}

const CONFIG = `
  [models."mine/big"]
  routing = ["p"]
  [models."mine/big".providers.p]
  type = "dummy"
  model_name = "good"
  [functions.greet]
  type = "chat"
  [functions.greet.variants.v]
  type = "chat_completion"
  model = "mine/big"
`
const NAMES = ['mine/big', 'tensorzero::function_name::greet']

const BASES = ['/openai/v1', '/v1']

test.each(BASES)("%s lists models, and functions, as OpenAI's client asks", async (base) => {
  await using gateway = await startGateway(CONFIG)
  const client = new OpenAI({ baseURL: gateway.url + base, apiKey: 'ANY', maxRetries: 0 })
  const listed = await all(client.models.list())
  expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining(NAMES))
  const one = await client.models.retrieve('mine/big')
  expect(one).toEqual({ id: 'mine/big', object: 'model', created: 0, owned_by: 'dummy' })
  await expect(client.models.retrieve('none')).rejects.toMatchObject({ status: 404 })
})

test.each(['/anthropic', ''])("%s lists models as Anthropic's client asks", async (base) => {
  await using gateway = await startGateway(CONFIG)
  const client = new Anthropic({ baseURL: gateway.url + base, apiKey: 'ANY', maxRetries: 0 })
  const listed = await all(client.models.list({ limit: 1 }))
  expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining(NAMES))
  expect(await client.models.retrieve('mine/big')).toMatchObject({ id: 'mine/big', type: 'model' })
  const missing = client.models.retrieve('none')
  await expect(missing).rejects.toMatchObject({ status: 404, error: { type: 'error' } })
})

test("models are listed as Gemini's client asks", async () => {
  await using gateway = await startGateway(CONFIG)
  const client = new GoogleGenAI({
    apiKey: 'ANY',
    httpOptions: { baseUrl: `${gateway.url}/gemini` },
  })
  const listed = await all(await client.models.list())
  expect(listed.map(({ name }) => name)).toContain('models/mine/big')
  expect(await client.models.get({ model: 'mine/big' })).toMatchObject({ name: 'models/mine/big' })
})
