import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { UNKNOWN_USAGE } from '../../domain/usage.ts'
import { envelope } from '../fixtures/envelope.ts'
import { encodeMessage } from './encode.ts'

test('what is not known of the cache is null', () => {
  const said = { ...UNKNOWN_USAGE, input: 5, output: 7 }
  expect(encodeMessage(envelope, [{ type: 'usage', usage: said, raw: {} }])['usage']).toEqual({
    input_tokens: 5,
    cache_creation_input_tokens: null,
    cache_read_input_tokens: null,
    cache_creation: null,
    output_tokens: 7,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: null,
    inference_geo: null,
    speed: null,
  })
})

test('what only Anthropic counts beside the tokens is its own, and null in answers of others', () => {
  const own = { server_tool_use: { web_search_requests: 1 }, service_tier: 'batch' }
  const parts: Part[] = [
    { type: 'usage', usage: UNKNOWN_USAGE, raw: { ...own, input_tokens: 1 } },
    { type: 'usage', usage: UNKNOWN_USAGE, raw: { output_tokens: 2 } },
  ]
  expect(encodeMessage({ ...envelope, wire: 'anthropic_messages' }, parts)['usage']).toMatchObject(
    own,
  )
  expect(encodeMessage({ ...envelope, wire: 'openai_chat' }, parts)['usage']).toMatchObject({
    server_tool_use: null,
    service_tier: null,
  })
})
