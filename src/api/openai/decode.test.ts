import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeChat } from '../../providers/openai-chat/encode.ts'
import { asObject, type JsonObject } from '../../lib/json.ts'
import { decodeChat } from './decode.ts'

test('a message that Gemini signed is read with its signature', () => {
  const message = {
    role: 'assistant',
    content: 'Yes.',
    extra_content: { google: { thought_signature: 'sig' } },
  }
  expect(decodeChat({ messages: [message] }).messages).toEqual([
    { role: 'assistant', content: [{ type: 'text', text: 'Yes.', signature: 'sig' }] },
  ])
})

const request: JsonObject = {
  model: 'm',
  messages: [
    { role: 'system', content: 'Be brief, in JSON.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } },
        { type: 'file', file: { file_data: 'data:application/pdf;base64,AA', filename: 'a.pdf' } },
        { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
      ],
    },
    {
      role: 'assistant',
      content: 'I look.',
      reasoning: 'hm',
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"x":1}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
    { role: 'assistant', content: null, refusal: 'No.' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'look', description: 'd', parameters: { type: 'object' }, strict: true },
    },
  ],
  max_completion_tokens: 5,
  temperature: 0.5,
  top_p: 0.9,
  stop: ['a'],
  seed: 1,
  presence_penalty: 0.1,
  frequency_penalty: 0.2,
  reasoning_effort: 'low',
  tool_choice: 'auto',
  parallel_tool_calls: false,
  response_format: { type: 'json_object' },
  n: 2,
  user: 'u',
}

test('reads every noun of a request', () => {
  const chat = decodeChat(request)
  expect(
    chat.messages.map(({ role, content }) => [role, ...content.map(({ type }) => type)]),
  ).toEqual([
    ['system', 'text'],
    ['user', 'text', 'file', 'file', 'file'],
    ['assistant', 'thought', 'text', 'tool_call'],
    ['user', 'tool_result'],
    ['assistant', 'refusal'],
  ])
  expect(chat.messages[3]?.content).toEqual([
    { type: 'tool_result', id: 'c1', name: 'look', result: 'a cat' },
  ])
  expect(chat.params).toMatchObject({ maxTokens: 5, stop: ['a'], parallelToolCalls: false })
  expect(chat.params).toMatchObject({ n: 2, user: 'u' })
  expect(chat.extra).toEqual({})
})

test('what is read can be written again', () => {
  const target = { model: 'm', stream: false, options: {} }
  expect(encodeChat(decodeChat(request), target, { reasoningBack: 'reasoning' })).toEqual({
    body: request,
    dropped: [],
  })
})

test('two output limits mean the smaller, and one stop word is a list', () => {
  const chat = decodeChat({ max_tokens: 9, max_completion_tokens: 5, stop: 'END' })
  expect(chat.params).toEqual({ maxTokens: 5, stop: ['END'] })
  expect(decodeChat({ max_tokens: 9 }).params).toEqual({ maxTokens: 9 })
})

const read = (fields: JsonObject) =>
  decodeChat({ messages: [{ role: 'assistant', ...fields }] }).messages[0]?.content

test('reasoning is read from the first field that has any', () => {
  const details = [{ type: 'reasoning.text', text: 'a' }]
  expect(read({ reasoning_content: 'a', reasoning: 'a' })).toEqual([{ type: 'thought', text: 'a' }])
  expect(read({ reasoning: '', reasoning_details: details })).toEqual([
    { type: 'thought', text: 'a', details },
  ])
  expect(read({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'A' }] })).toMatchObject([
    { type: 'thought', text: null },
  ])
  expect(read({ reasoning: '' })).toEqual([])
})

test('no JSON makes it throw', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (json) => {
      const value: JsonObject[string] = JSON.parse(json)
      decodeChat(asObject(value) ?? {})
      const message = {
        role: 'assistant',
        content: value,
        tool_calls: value,
        reasoning_details: value,
      }
      const parts = [message, { role: 'tool', content: value }, { role: 'user', content: [value] }]
      const chat = decodeChat({
        messages: [...parts, value],
        tools: value,
        stop: value,
        max_tokens: value,
      })
      expect(chat.messages.length).toBeGreaterThanOrEqual(3)
    }),
  )
})

test('a thought among the pieces of the content is a thought', () => {
  const content = [
    {
      type: 'thinking',
      thinking: [
        { type: 'text', text: 'Let me ' },
        { type: 'text', text: 'see.' },
      ],
    },
    { type: 'text', text: 'Yes.' },
  ]
  expect(decodeChat({ messages: [{ role: 'assistant', content }] }).messages).toEqual([
    {
      role: 'assistant',
      content: [
        { type: 'thought', text: 'Let me see.' },
        { type: 'text', text: 'Yes.' },
      ],
    },
  ])
})
