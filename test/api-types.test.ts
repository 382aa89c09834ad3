import { expect, test } from 'vitest'
import type { JsonObject } from '../src/lib/json.ts'
import { startGateway } from './support/gateway.ts'
import { reply, startUpstream } from './support/upstream.ts'

const RESPONSES = '/v1/responses'
const MESSAGES = '/v1/messages'

/** Where each provider is asked in which format, below an address that ends in `/v1/`. */
const PATHS: readonly (readonly [string, string, string])[] = [
  ['openai', 'responses', RESPONSES],
  ['xai', 'responses', RESPONSES],
  ['perplexity', 'responses', RESPONSES],
  ['groq', 'responses', RESPONSES],
  ['huggingface', 'responses', RESPONSES],
  ['openrouter', 'responses', RESPONSES],
  ['openrouter', 'messages', MESSAGES],
  ['fireworks', 'responses', RESPONSES],
  ['fireworks', 'messages', MESSAGES],
  ['vllm', 'responses', RESPONSES],
  ['vllm', 'messages', MESSAGES],
  ['sglang', 'responses', RESPONSES],
  ['sglang', 'messages', MESSAGES],
  ['llamacpp', 'responses', RESPONSES],
  ['llamacpp', 'messages', MESSAGES],
  ['deepseek', 'responses', RESPONSES],
  ['deepseek', 'messages', '/anthropic/v1/messages'],
  ['moonshot', 'messages', '/anthropic/v1/messages'],
  ['zai', 'messages', '/v1/api/anthropic/v1/messages'],
  ['ollama', 'responses', RESPONSES],
  ['ollama', 'messages', MESSAGES],
  ['azure', 'responses', '/openai/v1/responses'],
  ['azure', 'messages', '/anthropic/v1/messages'],
]

const ANSWERS: Readonly<Record<string, JsonObject>> = {
  responses: {
    object: 'response',
    status: 'completed',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] }],
  },
  messages: {
    type: 'message',
    content: [{ type: 'text', text: 'Yes.' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  },
}

function tomlOf(type: string, api: string, base: string): string {
  const key = type === 'ollama' ? 'api' : 'api_type'
  const place =
    type === 'azure'
      ? `deployment_id = "up"\nendpoint = "${base.replace('/v1/', '')}"`
      : `model_name = "up"\napi_base = "${base}"`
  return `[models.m]\nrouting = ["p"]\n[models.m.providers.p]\ntype = "${type}"\n${key} = "${api}"\n${place}\napi_key_location = "none"`
}

test.each(PATHS)('%s answers %s where it documents them', async (type, api, path) => {
  await using upstream = await startUpstream(() => reply(200, JSON.stringify(ANSWERS[api])))
  await using gateway = await startGateway(tomlOf(type, api, upstream.base))
  const answer = await gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] })
  expect(await answer.json()).toMatchObject({ choices: [{ message: { content: 'Yes.' } }] })
  expect(upstream.requests[0]?.path).toBe(path)
  expect(JSON.parse(upstream.requests[0]?.body ?? '')).toMatchObject({ model: 'up' })
})

test('Perplexity’s agents are asked in their own words', async () => {
  await using upstream = await startUpstream(() => reply(200, JSON.stringify(ANSWERS['responses'])))
  const base = upstream.base.replace('/v1/', '/')
  await using gateway = await startGateway(tomlOf('perplexity', 'responses', base))
  const schema = { type: 'object', properties: {} }
  const response_format = { type: 'json_schema', json_schema: { name: 'n', schema } }
  const messages = [{ role: 'user', content: 'Hello' }]
  await gateway.chat({ model: 'm', messages, response_format })
  expect(upstream.requests[0]?.path).toBe(RESPONSES)
  const body = JSON.parse(upstream.requests[0]?.body ?? '') as JsonObject
  expect(Object.keys(body).toSorted()).toEqual(['input', 'model', 'response_format'])
  expect(body).toMatchObject({ response_format })
})
