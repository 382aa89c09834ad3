import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { startGateway } from './support/gateway.ts'
import { reply, startUpstream } from './support/upstream.ts'

function clientOf(url: string): OpenAI {
  return new OpenAI({ baseURL: `${url}/openai/v1`, apiKey: 'ANY', maxRetries: 0 })
}

test('OpenAI counts the tokens of a Responses request itself', async () => {
  const answer = { object: 'response.input_tokens', input_tokens: 47 }
  await using upstream = await startUpstream(() => reply(200, JSON.stringify(answer)))
  await using gateway = await startGateway(
    `[models.m]\nrouting = ["p"]\n[models.m.providers.p]\ntype = "openai"\nmodel_name = "up"\napi_base = "${upstream.base}"\napi_key_location = "none"`,
  )
  const { inputTokens } = clientOf(gateway.url).responses
  expect(await inputTokens.count({ model: 'm', input: 'Hello' })).toMatchObject(answer)
  expect(upstream.requests[0]?.path).toBe('/v1/responses/input_tokens')
  expect(JSON.parse(upstream.requests[0]?.body ?? '')).toEqual({ model: 'up', input: 'Hello' })
  expect((await gateway.record()).usage).toMatchObject({ input: 47 })
})

test('where a provider does not count, the gateway estimates and says so', async () => {
  await using gateway = await startGateway('')
  const { inputTokens } = clientOf(gateway.url).responses
  const asked = inputTokens.count({ model: 'demo::echo', input: 'Hello, how are you today?' })
  const { data, response } = await asked.withResponse()
  expect(data).toMatchObject({ object: 'response.input_tokens', input_tokens: 7 })
  expect(response.headers.get('x-weir-warnings')).toBe('an estimate')
})
