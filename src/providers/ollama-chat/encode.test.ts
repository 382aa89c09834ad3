import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Block, ChatParams, ChatRequest } from '../../domain/chat.ts'
import { ollamaChat } from '../ollama-chat.ts'
import { anyChat } from '../fixtures/any-chat.ts'

const QUIET: ChatRequest = { messages: [], tools: [], params: {}, extra: {} }

function encode(chat: Partial<ChatRequest>, { model = 'm', stream = false, options = {} } = {}) {
  return ollamaChat.encode({ ...QUIET, ...chat }, { model, stream, options }, {})
}

function messagesOf(role: 'user' | 'assistant', ...content: Block[]) {
  return encode({ messages: [{ role, content }] })
}

test('says in every request whether to stream, because silence means yes', () => {
  expect(encode({})).toEqual({ body: { model: 'm', messages: [], stream: false }, dropped: [] })
  expect(encode({}, { stream: true }).body['stream']).toBe(true)
})

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
    topLogprobs: 2,
  }
  expect(encode({ params })).toMatchObject({
    body: {
      options: {
        num_predict: 5,
        temperature: 0,
        top_p: 0.5,
        top_k: 3,
        stop: ['x'],
        seed: 1,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
      },
      logprobs: true,
      top_logprobs: 2,
    },
    dropped: [],
  })
})

test('names what it cannot say', () => {
  const params: ChatParams = { user: 'u', n: 2, serviceTier: 'flex', parallelToolCalls: true }
  const { dropped } = encode({ params, extra: { logit_bias: {}, stream_options: {} }, wire: 'x' })
  expect(dropped).toEqual(['`logit_bias`', '`service_tier`', '`user`', '`n`'])
})

test('its own words go on as they are', () => {
  const extra = { options: { num_ctx: 9, seed: 2 }, truncate: true, think: 'low' }
  const { body, dropped } = encode({ extra, wire: 'ollama_chat', params: { seed: 1 } })
  expect(body).toMatchObject({ options: { num_ctx: 9, seed: 1 }, truncate: true, think: 'low' })
  expect(dropped).toEqual([])
})

test('how long a model stays loaded is the provider’s to say', () => {
  expect(encode({}, { options: { keep_alive: '10m' } }).body['keep_alive']).toBe('10m')
  const own: Partial<ChatRequest> = { extra: { keep_alive: 0 }, wire: 'ollama_chat' }
  expect(encode(own, { options: { keep_alive: -1 } }).body['keep_alive']).toBe(0)
})

test.each<[string, ChatParams['reasoning'], string, unknown]>([
  ['no word', {}, 'qwen3', undefined],
  ['none', { effort: 'none' }, 'qwen3', false],
  ['a budget of nothing', { budgetTokens: 0 }, 'qwen3', false],
  ['an effort', { effort: 'low' }, 'qwen3', true],
  ['a switch', { enabled: true }, 'qwen3', true],
  ['an effort for a model that knows it', { effort: 'high' }, 'gpt-oss:20b', 'high'],
  ['an effort beyond its own', { effort: 'xhigh' }, 'gpt-oss:20b', 'high'],
  ['least effort', { effort: 'minimal' }, 'gpt-oss:20b', 'low'],
])('thinks by %s', (_, reasoning, model, think) => {
  expect(encode({ params: reasoning ? { reasoning } : {} }, { model }).body['think']).toBe(think)
})

test('says when an effort became a mere yes', () => {
  expect(encode({ params: { reasoning: { effort: 'low', budgetTokens: 9 } } }).dropped).toEqual([
    'the reasoning budget',
    'the reasoning effort `low`: this model only knows on and off',
  ])
})

function formatOf(responseFormat: ChatParams['responseFormat']) {
  return encode({ params: responseFormat ? { responseFormat } : {} }).body['format']
}

test('asks for JSON, of any shape or of one', () => {
  const schema = { type: 'object' }
  expect(formatOf({ type: 'json_object' })).toBe('json')
  expect(formatOf({ type: 'json_schema', schema })).toEqual(schema)
  expect(formatOf({ type: 'text' })).toBeUndefined()
})

test('offers only the tools that may be called', () => {
  const tools = [{ name: 'a' }, { name: 'b' }, { name: 'c', custom: {} }]
  const namesFor = (toolChoice: ChatParams['toolChoice']) => {
    const { body, dropped } = encode({ tools, params: toolChoice ? { toolChoice } : {} })
    return [
      JSON.stringify(body['tools'])
        ?.match(/"name":"\w"/g)
        ?.join(),
      dropped,
    ]
  }
  const custom = 'the custom tool `c`'
  expect(namesFor({ mode: 'auto' })).toEqual(['"name":"a","name":"b"', [custom]])
  expect(namesFor({ mode: 'none' })).toEqual([undefined, []])
  expect(namesFor({ mode: 'auto', allowed: ['b'] })).toEqual(['"name":"b"', []])
  const required = '`tool_choice`, which may go unheeded'
  expect(namesFor({ mode: 'required', tool: 'a' })).toEqual(['"name":"a"', [required]])
})

test('pictures stand beside the text, and only as data', () => {
  const { body, dropped } = messagesOf(
    'user',
    { type: 'text', text: 'What' },
    { type: 'file', url: 'data:image/png;base64,AAAA' },
    { type: 'text', text: 'is it?' },
    { type: 'file', url: 'https://example.com/a.png' },
    { type: 'file', url: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
  )
  expect(body['messages']).toEqual([{ role: 'user', content: 'What\nis it?', images: ['AAAA'] }])
  expect(dropped).toEqual([
    'the file `https://example.com/a.png`: only images that come as data are taken',
    'the file `a.pdf`: only images that come as data are taken',
  ])
})

test('a turn with thoughts, calls and results goes back as it came', () => {
  const call = { type: 'tool_call', id: 'i', name: 'f', arguments: '{"x":1}' } as const
  const { body, dropped } = encode({
    messages: [
      { role: 'assistant', content: [{ type: 'thought', text: 'Hm.' }, call] },
      { role: 'user', content: [{ type: 'tool_result', id: 'i', name: 'f', result: '2' }] },
    ],
  })
  const fn = { name: 'f', arguments: { x: 1 } }
  expect(body['messages']).toEqual([
    {
      role: 'assistant',
      content: '',
      thinking: 'Hm.',
      tool_calls: [{ id: 'i', function: fn }],
    },
    { role: 'tool', content: '2', tool_name: 'f', tool_call_id: 'i' },
  ])
  expect(dropped).toEqual([])
})

test('says what of a message finds no place', () => {
  const { dropped } = messagesOf(
    'assistant',
    { type: 'tool_call', id: '', name: 'f', arguments: '{"x' },
    { type: 'unknown', data: {}, wire: 'x' },
    { type: 'thought', text: null, data: 'secret' },
    { type: 'text', text: 'Hi', cacheControl: { type: 'ephemeral' } },
  )
  expect(dropped).toEqual([
    'the arguments of a call of `f`, which are no JSON object',
    'a block of another provider (x)',
    'earlier reasoning that is encrypted',
    '`cache_control`',
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
