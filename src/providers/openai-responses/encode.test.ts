import { expect, test } from 'vitest'
import type { Block, ChatRequest } from '../../domain/chat.ts'
import { openaiResponses } from '../openai-responses.ts'

const target = { model: 'gpt-5', stream: false, options: {} }

function encoded(content: readonly Block[], more: Partial<ChatRequest> = {}) {
  const messages = [{ role: 'assistant', content }] as const
  const chat: ChatRequest = { messages, tools: [], params: {}, extra: {}, ...more }
  return openaiResponses.encode(chat, target, {})
}

test('the result of a custom tool is an item of its own kind', () => {
  const { body } = encoded([
    { type: 'tool_call', id: 'a', name: 'sh', arguments: 'ls', custom: true },
    { type: 'tool_call', id: 'b', name: 'f', arguments: '' },
    { type: 'tool_result', id: 'a', name: 'sh', result: 'x' },
    { type: 'tool_result', id: 'b', name: 'f', result: 'y' },
  ])
  expect(body['input']).toMatchObject([
    { type: 'custom_tool_call', call_id: 'a', input: 'ls' },
    { type: 'function_call', call_id: 'b', arguments: '{}' },
    { type: 'custom_tool_call_output', call_id: 'a', output: 'x' },
    { type: 'function_call_output', call_id: 'b', output: 'y' },
  ])
})

test('a custom tool is chosen as one', () => {
  const tools = [{ name: 'sh', custom: {} }, { name: 'f' }]
  const choose = (toolChoice: NonNullable<ChatRequest['params']['toolChoice']>) =>
    encoded([], { tools, params: { toolChoice } }).body['tool_choice']
  expect(choose({ mode: 'required', tool: 'sh' })).toEqual({ type: 'custom', name: 'sh' })
  expect(choose({ mode: 'auto', allowed: ['sh', 'f'] })).toEqual({
    type: 'allowed_tools',
    mode: 'auto',
    tools: [
      { type: 'custom', name: 'sh' },
      { type: 'function', name: 'f' },
    ],
  })
})

test('only reasoning that OpenAI can read goes back', () => {
  const { body, dropped } = encoded([
    { type: 'thought', text: 'a', signature: 'EuoC' },
    { type: 'thought', text: 'b', data: 'gAAAA1', id: 'rs_1' },
    { type: 'thought', text: null, signature: 'gAAAA2' },
    { type: 'thought', text: 'c', id: 'rs_2' },
    { type: 'thought', text: null, id: 'rs_3' },
  ])
  expect(body['input']).toEqual([
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'b' }],
      encrypted_content: 'gAAAA1',
    },
    { type: 'reasoning', summary: [], encrypted_content: 'gAAAA2' },
    {
      type: 'reasoning',
      id: 'rs_2',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'c' }],
    },
  ])
  expect(dropped).toEqual(['earlier reasoning of another provider'])
})

test('a page that is cited with its place goes back, another does not', () => {
  const page = { url: 'https://a.example', raw: {}, wire: 'openai_chat' }
  const { body } = encoded([
    { type: 'text', text: 'ab', citations: [{ ...page, startIndex: 0, endIndex: 1 }, page] },
  ])
  expect(body['input']).toMatchObject([
    {
      content: [
        {
          annotations: [
            { type: 'url_citation', url: 'https://a.example', title: '', start_index: 0 },
          ],
        },
      ],
    },
  ])
})

test('likelihoods are asked for in its own words', () => {
  const { body, dropped } = encoded([], { params: { logprobs: true, topLogprobs: 2 } })
  expect(body).toMatchObject({ top_logprobs: 2 })
  expect(body['include']).toContain('message.output_text.logprobs')
  expect(dropped).toEqual([])
})

test('what OpenAI calls alike in both its formats is kept, a search is a tool, the rest is named', () => {
  const extra = {
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
    store: true,
    logit_bias: { '1': 2 },
    web_search_options: {
      search_context_size: 'low',
      user_location: { type: 'approximate', approximate: { country: 'DE' } },
    },
  }
  const { body, dropped } = encoded([], { extra, wire: 'openai_chat' })
  expect(body).toMatchObject({
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
    store: true,
    tools: [
      {
        type: 'web_search',
        search_context_size: 'low',
        user_location: { type: 'approximate', country: 'DE' },
      },
    ],
  })
  expect(body).not.toHaveProperty('web_search_options')
  expect(dropped).toEqual(['`logit_bias`'])
})

test('a signature goes back in its own field where the provider takes one', () => {
  const format = 'anthropic-claude-v1'
  const thought: Block = { type: 'thought', text: null, summary: ['Hm.'], id: 'rs_1' }
  const signed: Block = { ...thought, signature: 'sig', format }
  const messages = [{ role: 'assistant', content: [signed] }] as const
  const chat: ChatRequest = { messages, tools: [], params: {}, extra: {} }
  const { body } = openaiResponses.encode(chat, target, { reasoningBack: 'reasoning_details' })
  const summary = [{ type: 'summary_text', text: 'Hm.' }]
  expect(body['input']).toEqual([
    { type: 'reasoning', id: 'rs_1', summary, signature: 'sig', format },
  ])
  expect(encoded([signed]).body['input']).toEqual([])
})
