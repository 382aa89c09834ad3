import { expect, test } from 'vitest'
import type { ChatRequest } from '../domain/chat.ts'
import type { JsonObject } from '../lib/json.ts'
import { anthropicMessages } from '../providers/anthropic-messages.ts'
import { gemini } from '../providers/gemini.ts'
import { openaiChat } from '../providers/openai-chat.ts'
import { openaiResponses } from '../providers/openai-responses.ts'
import type { Quirks } from '../providers/provider.ts'
import { decodeMessages } from './anthropic/decode.ts'
import { decodeGenerate } from './gemini/decode.ts'
import { decodeChat } from './openai/decode.ts'
import { decodeResponses } from './openai/responses/decode.ts'

const target = { model: 'm', stream: false, options: {} }
const WIRES = { openaiChat, openaiResponses, anthropicMessages, gemini }

function told(chat: ChatRequest, wire: keyof typeof WIRES, quirks: Quirks = {}) {
  return WIRES[wire].encode(chat, target, quirks)
}

const words = { syntax: 'lark', definition: 'start: "a"' }
const chatGrammar = {
  messages: [],
  tools: [{ type: 'custom', custom: { name: 'sh', format: { type: 'grammar', grammar: words } } }],
}
const responsesGrammar = {
  input: 'x',
  tools: [{ type: 'custom', name: 'sh', format: { type: 'grammar', ...words } }],
}

test('the grammar of a free-text tool stands where each of OpenAI’s formats has it', () => {
  const fromChat = told(decodeChat(chatGrammar), 'openaiResponses').body
  expect(fromChat['tools']).toEqual(responsesGrammar.tools)
  const fromResponses = told(decodeResponses(responsesGrammar), 'openaiChat', { customTools: true })
  expect(fromResponses.body['tools']).toEqual(chatGrammar.tools)
  const same = told(decodeResponses(responsesGrammar), 'openaiResponses').body
  expect(same['tools']).toEqual(responsesGrammar.tools)
})

const breakpoint = { mode: 'explicit', ttl: '12h' }

test('where OpenAI’s client wants a prompt cached, each provider is told in its own words', () => {
  const text = { type: 'text', text: 'long', prompt_cache_breakpoint: breakpoint }
  const chat = decodeChat({ messages: [{ role: 'user', content: [text] }] })
  expect(told(chat, 'openaiChat').body['messages']).toEqual([{ role: 'user', content: [text] }])
  expect(told(chat, 'openaiResponses').body['input']).toMatchObject([
    { content: [{ type: 'input_text', text: 'long', prompt_cache_breakpoint: breakpoint }] },
  ])
  const cached = { type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } }
  expect(told(chat, 'anthropicMessages').body['messages']).toEqual([
    { role: 'user', content: [cached] },
  ])
  expect(told(chat, 'openaiChat', { cacheControl: true }).body['messages']).toEqual([
    { role: 'user', content: [cached] },
  ])
  const file = { type: 'input_file', file_id: 'f', prompt_cache_breakpoint: { mode: 'explicit' } }
  const asked = decodeResponses({ input: [{ role: 'user', content: [file] }] })
  expect(told(asked, 'openaiChat').body['messages']).toMatchObject([
    { content: [{ file: { file_id: 'f' }, prompt_cache_breakpoint: { mode: 'explicit' } }] },
  ])
})

const schema = { type: 'object', properties: { a: { type: 'string' } } }

test.each<[string, JsonObject]>([
  ['OpenAI', { type: 'json_schema', json_schema: { name: 'n', schema } }],
  ['Together', { type: 'json_schema', schema }],
  ['llama.cpp', { type: 'json_object', schema }],
  ['Hugging Face', { type: 'json_schema', json_schema: schema }],
])('a schema is found where %s has it', (_, format) => {
  const chat = decodeChat({ messages: [], response_format: format })
  expect(told(chat, 'gemini').body['generationConfig']).toMatchObject({
    responseJsonSchema: schema,
  })
})

const bare = { messages: [], response_format: { type: 'json_schema', json_schema: { name: 'n' } } }

test('a schema that is not given is asked for as it stands by the same format alone', () => {
  const chat = decodeChat(bare)
  const same = told(chat, 'openaiChat')
  expect(same.body['response_format']).toEqual(bare.response_format)
  const free = { response_format: { type: 'json_object' } }
  for (const json of ['json_object_schema', 'guided_json', 'json_object'] as const) {
    const { body, dropped } = told(chat, 'openaiChat', { json })
    expect(body).toMatchObject(free)
    expect(dropped).toEqual([])
  }
  expect(told(chat, 'openaiResponses').body['text']).toEqual({ format: { type: 'json_object' } })
  const { generationConfig } = told(chat, 'gemini').body
  expect(generationConfig).toEqual({ responseMimeType: 'application/json' })
  expect(told(chat, 'anthropicMessages').dropped[0]).toMatch(/response_format/)
})

const found = {
  type: 'search_result',
  title: 'Facts',
  source: 'https://example.org/facts',
  content: [{ type: 'text', text: 'It is green.' }],
}
const result = { type: 'tool_result', tool_use_id: 't', content: [found] }
const searched = {
  messages: [
    { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'look', input: {} }] },
    { role: 'user', content: [result] },
  ],
}

test('what a search found is read by models that know texts alone', () => {
  const chat = decodeMessages(searched)
  const text = 'Facts\nhttps://example.org/facts\nIt is green.'
  expect(told(chat, 'openaiChat').body['messages']).toContainEqual({
    role: 'tool',
    tool_call_id: 't',
    content: text,
  })
  expect(told(chat, 'openaiResponses').body['input']).toContainEqual({
    type: 'function_call_output',
    call_id: 't',
    output: text,
  })
  expect(told(chat, 'gemini').body['contents']).toContainEqual({
    role: 'user',
    parts: [{ functionResponse: { id: 't', name: 'look', response: { result: text } } }],
  })
  const own = told(chat, 'anthropicMessages').body['messages']
  expect(own).toContainEqual({ role: 'user', content: [result] })
})

test.each(['openaiChat', 'openaiResponses', 'gemini'] as const)(
  'a piece of a result that %s cannot read is named',
  (wire) => {
    const picture = { type: 'image', source: { type: 'file', file_id: 'file_1' } }
    const content = [{ type: 'tool_result', tool_use_id: 't', content: [picture] }]
    const { dropped } = told(decodeMessages({ messages: [{ role: 'user', content }] }), wire)
    expect(dropped).toContain('a block of another provider (anthropic_messages)')
  },
)

test.each<[string, JsonObject]>([
  ['21.0', { result: '21.0' }],
  ['true', { result: 'true' }],
  ['[1]', { result: [1] }],
  ['{"a":1}', { a: 1 }],
  ['fine', { result: 'fine' }],
])('the result %s of a tool keeps its letters at Gemini', (content, response) => {
  const chat = decodeChat({ messages: [{ role: 'tool', tool_call_id: 't', content }] })
  expect(told(chat, 'gemini').body['contents']).toMatchObject([
    { parts: [{ functionResponse: { response } }] },
  ])
})

test('Gemini’s tools may stand without their list', () => {
  const chat = decodeGenerate({
    contents: [],
    tools: { function_declarations: [{ name: 'f', parameters: { type: 'object' } }] },
  })
  expect(chat.tools).toEqual([{ name: 'f', parameters: { type: 'object' } }])
})

test('reasoning that is only encrypted is named where words alone go back', () => {
  const item = { type: 'reasoning', summary: [], encrypted_content: 'gAAAA' }
  const said = { type: 'message', role: 'assistant', content: 'Yes.' }
  const chat = decodeResponses({ input: [item, said] })
  const { dropped } = told(chat, 'openaiChat', { reasoningBack: 'reasoning_content' })
  expect(dropped).toContain('earlier reasoning that is encrypted')
})

test('a search that its provider has done is no call for others, and its own again', () => {
  const call = { call_id: 'xs_call_1', name: 'x_keyword_search', input: '{"query":"weir"}' }
  const item = { type: 'custom_tool_call', id: 'ctc_1', status: 'completed', ...call }
  const said = { role: 'assistant', content: 'Found.' }
  const chat = decodeResponses({ input: [item, said] })
  expect(chat.messages).toMatchObject([{ content: [{ type: 'unknown' }, { type: 'text' }] }])
  expect(told(chat, 'openaiResponses').body['input']).toMatchObject([item, { role: 'assistant' }])
  for (const wire of ['openaiChat', 'anthropicMessages', 'gemini'] as const) {
    const { body, dropped } = told(chat, wire, { customTools: true })
    expect(JSON.stringify(body)).not.toContain('x_keyword_search')
    expect(dropped).toHaveLength(1)
  }
})
