import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Block, ChatParams } from '../../domain/chat.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { anthropicMessages } from '../../providers/anthropic-messages.ts'
import { decodeMessages } from './decode.ts'

const WIRE = 'anthropic_messages'
const cacheControl = { type: 'ephemeral' }
const ask = (fields: JsonObject) => decodeMessages({ model: 'm', messages: [], ...fields })

function blockOf(block: JsonObject): Block | undefined {
  return ask({ messages: [{ role: 'user', content: [block] }] }).messages[0]?.content[0]
}

test.each<[string, JsonObject, Block]>([
  [
    'a text',
    { type: 'text', text: 'a', cache_control: cacheControl },
    { type: 'text', text: 'a', cacheControl },
  ],
  [
    'a thought without words',
    { type: 'thinking', thinking: '', signature: 'one' },
    { type: 'thought', text: '', signature: 'one' },
  ],
  [
    'a thought of another provider',
    { type: 'thinking', thinking: 'x', signature: '' },
    { type: 'thought', text: 'x' },
  ],
  [
    'a hidden thought',
    { type: 'redacted_thinking', data: 'd' },
    { type: 'thought', text: null, data: 'd' },
  ],
  [
    'an image',
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
    { type: 'file', url: 'data:image/png;base64,QUJD', mimeType: 'image/png' },
  ],
  [
    'a document that is text',
    { type: 'document', title: 't', source: { type: 'text', data: 'ABC' } },
    {
      type: 'file',
      url: 'data:text/plain;base64,QUJD',
      mimeType: 'text/plain',
      filename: 't',
    },
  ],
  [
    'a document elsewhere',
    { type: 'document', source: { type: 'url', url: 'https://example.com/a' } },
    { type: 'file', url: 'https://example.com/a', mimeType: 'application/pdf' },
  ],
  [
    'a file of Anthropic',
    { type: 'image', source: { type: 'file', file_id: 'f' } },
    {
      type: 'unknown',
      data: { type: 'image', source: { type: 'file', file_id: 'f' } },
      wire: WIRE,
    },
  ],
  [
    'a block without a noun',
    { type: 'server_tool_use', id: 's' },
    { type: 'unknown', data: { type: 'server_tool_use', id: 's' }, wire: WIRE },
  ],
])('%s', (_, block, expected) => {
  expect(blockOf(block)).toEqual(expected)
})

test('a result has the name of its call, and its pieces where there are several', () => {
  const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
  const { messages } = ask({
    messages: [
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c', content: 'ok' },
          {
            type: 'tool_result',
            tool_use_id: 'c',
            is_error: true,
            content: [{ type: 'text', text: 'no' }, image],
          },
        ],
      },
    ],
  })
  expect(messages[0]?.content).toEqual([
    { type: 'tool_call', id: 'c', name: 'f', arguments: '{"a":1}' },
  ])
  expect(messages[1]?.content).toEqual([
    { type: 'tool_result', id: 'c', name: 'f', result: 'ok' },
    {
      type: 'tool_result',
      id: 'c',
      name: 'f',
      result: 'no\n',
      content: [
        { type: 'text', text: 'no' },
        { type: 'file', url: 'https://example.com/a.png' },
      ],
      isError: true,
    },
  ])
})

test.each<[string, JsonObject, ChatParams]>([
  [
    'a budget',
    { thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' } },
    { reasoning: { budgetTokens: 2000, summary: 'omitted' } },
  ],
  [
    'an effort',
    { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    { reasoning: { enabled: 'adaptive', effort: 'high' } },
  ],
  ['no thoughts', { thinking: { type: 'disabled' } }, { reasoning: { enabled: false } }],
  ['a choice', { tool_choice: { type: 'any' } }, { toolChoice: { mode: 'required' } }],
  [
    'one tool at a time',
    { tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true } },
    { toolChoice: { mode: 'required', tool: 'f' }, parallelToolCalls: false },
  ],
  [
    'a schema',
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    { responseFormat: { type: 'json_schema', schema: { type: 'object' }, strict: true } },
  ],
  ['a tier', { service_tier: 'standard_only' }, { serviceTier: 'default' }],
  ['an end user', { metadata: { user_id: 'u' } }, { user: 'u' }],
  [
    'numbers',
    { max_tokens: 5, temperature: 0.5, top_p: 0.9, top_k: 3, stop_sequences: ['END'] },
    { maxTokens: 5, temperature: 0.5, topP: 0.9, topK: 3, stop: ['END'] },
  ],
])('reads %s', (_, fields, expected) => {
  expect(ask(fields).params).toEqual(expected)
})

test('tools of the client and those of the provider', () => {
  const search = { type: 'web_search_20250305', name: 'web_search' }
  const own = { name: 'f', description: 'd', input_schema: {}, cache_control: cacheControl }
  expect(ask({ tools: [own, search] })).toMatchObject({
    tools: [{ name: 'f', description: 'd', parameters: {}, cacheControl }],
    providerTools: [{ wire: WIRE, data: search }],
  })
})

test('what has no noun is kept or named', () => {
  const source = { type: 'text', data: 'a' }
  const chat = ask({
    container: 'c',
    metadata: { user_id: 'u', tag: 't' },
    output_config: { effort: 'high', task_budget: 9 },
    tools: [{ name: 'f', input_schema: {}, defer_loading: true }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'document', source, citations: { enabled: true }, context: null },
          { type: 'tool_use', id: 'c', name: 'f', input: {}, caller: { type: 'direct' } },
        ],
      },
    ],
  })
  expect(chat.extra).toEqual({
    container: 'c',
    metadata: { tag: 't' },
    output_config: { task_budget: 9 },
  })
  expect(chat.unread).toEqual(['`citations` of a `document`', '`defer_loading` of a `tool`'])
})

test('takes any JSON, and what it makes can be written', () => {
  const type = fc.constantFrom('text', 'image', 'document', 'thinking', 'tool_use', 'tool_result')
  const block = fc.record(
    { type, text: fc.jsonValue(), source: fc.jsonValue(), content: fc.jsonValue() },
    { requiredKeys: [] },
  )
  const content = fc.oneof(fc.array(fc.oneof(block, fc.jsonValue())), fc.jsonValue())
  const value = fc.jsonValue()
  const body = fc.record(
    {
      system: content,
      messages: fc.array(fc.record({ role: value, content }, { requiredKeys: [] })),
      tools: fc.oneof(fc.array(value), value),
      tool_choice: value,
      thinking: value,
      output_config: value,
      metadata: value,
    },
    { requiredKeys: [] },
  )
  const target = { model: 'claude-sonnet-4-5', stream: true, options: {} }
  fc.assert(
    fc.property(body, (json) => {
      const plain: Json = JSON.parse(JSON.stringify(json))
      anthropicMessages.encode(decodeMessages(plain as JsonObject), target, {})
    }),
  )
})
