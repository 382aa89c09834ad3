import { expect, test } from 'vitest'
import type { Block, ChatRequest } from '../../domain/chat.ts'
import { bedrockConverse } from '../bedrock-converse.ts'

const target = { model: 'anthropic.claude-sonnet-4-5', stream: false, options: {} }

function encoded(content: readonly Block[], more: Partial<ChatRequest> = {}) {
  const messages = [{ role: 'assistant', content }] as const
  const chat: ChatRequest = { messages, tools: [], params: {}, extra: {}, ...more }
  return bedrockConverse.encode(chat, target, {}).body
}

test('tools that were called before are named, though none is offered any more', () => {
  const call: Block = { type: 'tool_call', id: 'a', name: 'f', arguments: '{}' }
  const bare = {
    toolSpec: { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } },
  }
  expect(encoded([call, { ...call, id: 'b' }])).toMatchObject({ toolConfig: { tools: [bare] } })
  expect(encoded([{ type: 'text', text: 'a' }])).not.toHaveProperty('toolConfig')
})

test('a cache that is to live an hour is told so', () => {
  const cacheControl = { type: 'ephemeral', ttl: '1h' }
  const tools = [{ name: 'f', cacheControl: { type: 'ephemeral' } }]
  expect(encoded([{ type: 'text', text: 'a', cacheControl }], { tools })).toMatchObject({
    messages: [{ content: [{ text: 'a' }, { cachePoint: { type: 'default', ttl: '1h' } }] }],
    toolConfig: { tools: [{}, { cachePoint: { type: 'default' } }] },
  })
})
