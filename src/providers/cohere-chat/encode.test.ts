import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Block, ChatParams, ChatRequest, Message } from '../../domain/chat.ts'
import { cohereChat } from '../cohere-chat.ts'
import { anyChat } from '../fixtures/any-chat.ts'

const QUIET: ChatRequest = { messages: [], tools: [], params: {}, extra: {} }

function encode(chat: Partial<ChatRequest>, stream = false) {
  return cohereChat.encode({ ...QUIET, ...chat }, { model: 'm', stream, options: {} }, {})
}

function message(role: Message['role'], ...content: Block[]): Partial<ChatRequest> {
  return { messages: [{ role, content }] }
}

test('puts each parameter in its place', () => {
  const params: ChatParams = {
    maxTokens: 5,
    temperature: 0,
    topP: 0.5,
    topK: 3,
    stop: ['x'],
    seed: 1,
    presencePenalty: 0.1,
    frequencyPenalty: 0.2,
    logprobs: true,
    responseFormat: { type: 'json_schema', schema: { type: 'object' } },
    toolChoice: { mode: 'required' },
    reasoning: { budgetTokens: 9 },
  }
  const tools = [{ name: 'f', description: 'd', strict: true }]
  const parameters = { type: 'object', properties: {} }
  expect(encode({ params, tools }, true)).toEqual({
    body: {
      model: 'm',
      messages: [],
      tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters } }],
      strict_tools: true,
      tool_choice: 'REQUIRED',
      max_tokens: 5,
      temperature: 0,
      p: 0.5,
      k: 3,
      stop_sequences: ['x'],
      seed: 1,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      logprobs: true,
      response_format: { type: 'json_object', json_schema: { type: 'object' } },
      thinking: { type: 'enabled', token_budget: 9 },
      stream: true,
    },
    dropped: [],
  })
})

test('names what it cannot say, and keeps its own words', () => {
  const params: ChatParams = { n: 2, user: 'u', topLogprobs: 2, parallelToolCalls: false }
  const extra = { logit_bias: {}, stream_options: {} }
  const chat = { params, extra, tools: [{ name: 'f', custom: {} }], wire: 'x' }
  expect(encode(chat).dropped).toEqual([
    '`logit_bias`',
    '`parallel_tool_calls`',
    'the custom tool `f`',
    '`user`',
    '`top_logprobs`',
    '`n`',
  ])
  const own = encode({ extra: { safety_mode: 'OFF' }, wire: 'cohere_chat' })
  expect(own).toMatchObject({ body: { safety_mode: 'OFF' }, dropped: [] })
})

test.each<[ChatParams['reasoning'], unknown]>([
  [{}, undefined],
  [{ effort: 'none' }, { type: 'disabled' }],
  [{ enabled: false }, { type: 'disabled' }],
  [{ budgetTokens: -1 }, { type: 'enabled' }],
  [{ effort: 'high' }, { type: 'enabled' }],
])('%j is the thinking %j', (reasoning, thinking) => {
  expect(encode({ params: reasoning ? { reasoning } : {} }).body['thinking']).toEqual(thinking)
})

test('a tool that must be called is the only one offered', () => {
  const toolChoice = { mode: 'required', tool: 'b' } as const
  const { body } = encode({ tools: [{ name: 'a' }, { name: 'b' }], params: { toolChoice } })
  expect(body).toMatchObject({ tool_choice: 'REQUIRED', tools: [{ function: { name: 'b' } }] })
  expect(body['tools']).toHaveLength(1)
})

test('a turn with a thought, a plan, calls and citations goes back as it came', () => {
  const raw = { start: 0, end: 1, text: 'H', sources: [] }
  const { body, dropped } = encode(
    message(
      'assistant',
      { type: 'thought', text: 'Hm.' },
      {
        type: 'text',
        text: 'Hi',
        citations: [
          { raw, wire: 'cohere_chat' },
          { raw, wire: 'x' },
        ],
      },
      { type: 'thought', text: 'I will look.', format: 'cohere_tool_plan' },
      { type: 'tool_call', id: 'a', name: 'f', arguments: '{}' },
    ),
  )
  expect(body['messages']).toEqual([
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'Hi' },
      ],
      tool_plan: 'I will look.',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
      citations: [raw],
    },
  ])
  expect(dropped).toEqual([])
})

test('results are messages of their own, with files of text as documents', () => {
  const file: Block = {
    type: 'file',
    url: `data:text/plain;base64,${Buffer.from('Ünder').toString('base64')}`,
    filename: 'a.txt',
  }
  const content: Block[] = [{ type: 'text', text: 'See' }, file]
  const { body } = encode(
    message(
      'user',
      { type: 'tool_result', id: 'a', name: 'f', result: '1' },
      { type: 'tool_result', id: 'b', name: 'f', result: 'See', content },
      { type: 'text', text: 'So?' },
    ),
  )
  const document = { data: { title: 'a.txt', text: 'Ünder' } }
  expect(body['messages']).toEqual([
    { role: 'tool', tool_call_id: 'a', content: '1' },
    {
      role: 'tool',
      tool_call_id: 'b',
      content: [
        { type: 'text', text: 'See' },
        { type: 'document', document },
      ],
    },
    { role: 'user', content: [{ type: 'text', text: 'So?' }] },
  ])
})

test('pictures go by address or as data, texts as documents, and others are named', () => {
  const { body, dropped } = encode(
    message(
      'user',
      { type: 'file', url: 'https://example.com/a.png', detail: 'low' },
      { type: 'file', url: 'data:text/csv,a%2Cb%C3%BCü' },
      { type: 'file', url: 'data:text/csv,100%' },
      { type: 'file', url: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
      { type: 'unknown', data: { type: 'x' }, wire: 'y' },
      { type: 'unknown', data: { type: 'x' }, wire: 'cohere_chat' },
      { type: 'thought', text: null, data: 'secret' },
    ),
  )
  expect(body).toMatchObject({
    documents: [{ data: { text: 'a,büü' } }, { data: { text: '100%' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
          { type: 'x' },
        ],
      },
    ],
  })
  expect(dropped).toEqual([
    'the file `a.pdf`',
    'a block of another provider (y)',
    'earlier reasoning that is encrypted',
  ])
})

test('no request makes it throw, and of its words none is lost', () => {
  fc.assert(
    fc.property(anyChat, (chat) => {
      const { body, dropped } = encode(chat)
      for (const key of Object.keys(chat.extra)) {
        expect(Object.hasOwn(body, key) || dropped.includes(`\`${key}\``)).toBe(true)
      }
    }),
  )
})
