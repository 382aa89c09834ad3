import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Block, ChatParams, ChatRequest, Message } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'
import { encodeMessagesRequest } from './encode.ts'

const SONNET = 'claude-sonnet-4-5'

function encode(chat: Partial<ChatRequest>, model = SONNET) {
  const whole: ChatRequest = { messages: [], tools: [], params: {}, extra: {}, ...chat }
  return encodeMessagesRequest(whole, { model, stream: false, options: {} }, {})
}

const user = (...content: Block[]): Message => ({ role: 'user', content })
const assistant = (...content: Block[]): Message => ({ role: 'assistant', content })
const text = (words: string): Block => ({ type: 'text', text: words })
const result = (id: string): Block => ({ type: 'tool_result', id, name: 'f', result: 'ok' })
const withParams = (params: ChatParams, model?: string) => encode({ params }, model)
const tool = (name: string) => ({ name, parameters: { type: 'object' } })

test('instructions stand apart, and turns of one role are one', () => {
  const { body } = encode({
    messages: [
      { role: 'system', content: [text('Be brief.')] },
      user(text('Hi')),
      user(text('there')),
      { role: 'system', content: [text('Be kind.')] },
      assistant({ type: 'tool_call', id: 'c', name: 'f', arguments: '{"a":1}' }),
      user(text('Well?')),
      user(result('c')),
    ],
  })
  expect(body['system']).toBe('Be brief.\nBe kind.')
  expect(body['messages']).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'text', text: 'there' },
      ],
    },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } }] },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'c', content: 'ok' },
        { type: 'text', text: 'Well?' },
      ],
    },
  ])
})

test('instructions that are to be cached stay in pieces', () => {
  const cacheControl = { type: 'ephemeral' }
  const content: Block[] = [text('a'), { type: 'text', text: 'b', cacheControl }]
  expect(encode({ messages: [{ role: 'system', content }] }).body['system']).toEqual([
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b', cache_control: cacheControl },
  ])
})

test('F171 thoughts go back as they came, those of others do not', () => {
  const { body, dropped } = encode({
    messages: [
      assistant(
        { type: 'thought', text: null, signature: 'one' },
        { type: 'thought', text: 'x', signature: 'two' },
        { type: 'thought', text: null, data: 'hidden' },
        { type: 'thought', text: 'unsigned' },
        { type: 'thought', text: 'x', signature: '' },
        { type: 'thought', text: 'x', data: 'y', format: 'openai-responses-v1' },
        { type: 'thought', text: null, data: 'z', id: 'rs_1' },
        {
          type: 'thought',
          text: 'ab',
          signature: 'four',
          format: 'anthropic-claude-v1',
          details: [
            { type: 'reasoning.text', text: 'a', signature: 'three' },
            { type: 'reasoning.text', text: 'b', signature: 'four' },
          ],
        },
      ),
    ],
  })
  expect(body['messages']).toEqual([
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: '', signature: 'one' },
        { type: 'thinking', thinking: 'x', signature: 'two' },
        { type: 'redacted_thinking', data: 'hidden' },
        { type: 'thinking', thinking: 'a', signature: 'three' },
        { type: 'thinking', thinking: 'b', signature: 'four' },
      ],
    },
  ])
  expect(dropped).toEqual(["earlier reasoning without Claude's signature"])
})

test.each<[string, Block, JsonObject]>([
  [
    'an image in its URL',
    { type: 'file', url: 'data:image/png;base64,QUJD' },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
  ],
  [
    'an image elsewhere',
    { type: 'file', url: 'https://example.com/cat' },
    { type: 'image', source: { type: 'url', url: 'https://example.com/cat' } },
  ],
  [
    'a PDF',
    { type: 'file', url: 'data:application/pdf;base64,QUJD', filename: 'a.pdf' },
    {
      type: 'document',
      title: 'a.pdf',
      source: { type: 'base64', media_type: 'application/pdf', data: 'QUJD' },
    },
  ],
  [
    'a table as plain text',
    { type: 'file', url: 'data:text/csv,a%2Cb' },
    { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
  ],
  [
    'an uploaded file',
    { type: 'file', url: '', fileId: 'file_1' },
    { type: 'document', source: { type: 'file', file_id: 'file_1' } },
  ],
])('%s', (_, block, expected) => {
  expect(encode({ messages: [user(block)] }).body['messages']).toEqual([
    { role: 'user', content: [expected] },
  ])
})

test.each<[string, ChatParams, string, JsonObject]>([
  ['an effort as a budget', { reasoning: { effort: 'low' } }, SONNET, budget(2048)],
  [
    'a budget below the limit',
    { maxTokens: 4000, reasoning: { budgetTokens: 9000 } },
    SONNET,
    budget(3200),
  ],
  [
    'the least budget there is',
    { maxTokens: 4000, reasoning: { budgetTokens: 5 } },
    SONNET,
    budget(1024),
  ],
  [
    'an effort where models know it',
    { reasoning: { effort: 'minimal' } },
    'claude-opus-4-6',
    adaptive('low'),
  ],
  [
    'a budget that models still take',
    { reasoning: { budgetTokens: 2000 } },
    'claude-opus-4-6',
    budget(2000),
  ],
  [
    'a budget as an effort',
    { reasoning: { budgetTokens: 9000 } },
    'claude-opus-4-7',
    adaptive('medium'),
  ],
  ['no thoughts', { reasoning: { effort: 'none' } }, SONNET, { thinking: { type: 'disabled' } }],
])('F170 asks for %s', (_, params, model, expected) => {
  const { thinking, output_config } = withParams(params, model).body
  expect({ thinking, ...(output_config && { output_config }) }).toEqual(expected)
})

function budget(tokens: number): JsonObject {
  return { thinking: { type: 'enabled', budget_tokens: tokens } }
}

function adaptive(effort: string): JsonObject {
  return { thinking: { type: 'adaptive' }, output_config: { effort } }
}

test('what a model would refuse stays away, and is named', () => {
  expect(withParams({ reasoning: { enabled: false } }, 'claude-fable-5')).toMatchObject({
    body: expect.not.objectContaining({ thinking: expect.anything() }),
    dropped: ['`reasoning` (this model always thinks)'],
  })
  const sampling = { temperature: 0.5, topP: 0.5, topK: 5 }
  expect(withParams(sampling).dropped).toEqual([])
  expect(withParams(sampling, 'claude-opus-4-7').dropped).toHaveLength(3)
  expect(withParams({ ...sampling, reasoning: { effort: 'low' } }).dropped).toHaveLength(3)
  expect(withParams({ ...sampling, reasoning: { enabled: false } }).dropped).toEqual([])
  expect(withParams({ temperature: 1.5 }).dropped).toEqual(['`temperature`'])
  expect(withParams({ temperature: 1 }, 'claude-opus-4-7').dropped).toEqual([])
  expect(withParams({ maxTokens: 100, reasoning: { effort: 'low' } }).dropped).toHaveLength(1)
  expect(
    withParams({ reasoning: { effort: 'low' }, toolChoice: { mode: 'required' } }).dropped,
  ).toHaveLength(1)
  expect(withParams({ responseFormat: { type: 'json_object' } }).dropped).toHaveLength(1)
  expect(withParams({ seed: 1, n: 2, logprobs: true }).dropped).toEqual([
    '`seed`',
    '`logprobs`',
    '`n`',
  ])
})

test.each([
  ['claude-3-haiku-20240307', 4096],
  ['claude-3-5-sonnet-20241022', 8192],
  ['claude-3-7-sonnet-20250219', 64_000],
  ['claude-opus-4-20250514', 32_000],
  ['claude-opus-4-1@20250805', 32_000],
  ['claude-sonnet-4-20250514', 64_000],
  ['claude-opus-4-5-20251101', 64_000],
  ['claude-sonnet-4-6', 64_000],
  ['claude-opus-4-6', 128_000],
  ['claude-fable-5', 128_000],
  ['some-other-model', 8192],
])('F173 %s may write %i tokens where the client sets no limit', (model, limit) => {
  expect(encode({}, model).body['max_tokens']).toBe(limit)
})

test('F166 F167 tools, the choice of them, and how many at a time', () => {
  const tools = [tool('f'), { ...tool('g'), strict: true, cacheControl: { type: 'ephemeral' } }]
  const choice = (params: ChatParams) => encode({ tools, params }).body['tool_choice']
  expect(encode({ tools }).body['tools']).toEqual([
    { name: 'f', input_schema: { type: 'object' } },
    {
      name: 'g',
      input_schema: { type: 'object', additionalProperties: false },
      strict: true,
      cache_control: { type: 'ephemeral' },
    },
  ])
  expect(choice({ toolChoice: { mode: 'required' } })).toEqual({ type: 'any' })
  expect(choice({ toolChoice: { mode: 'none' } })).toEqual({ type: 'none' })
  expect(choice({ toolChoice: { mode: 'required', tool: 'f' } })).toEqual({
    type: 'tool',
    name: 'f',
  })
  expect(choice({ parallelToolCalls: false })).toEqual({
    type: 'auto',
    disable_parallel_tool_use: true,
  })
  const allowed = encode({ tools, params: { toolChoice: { mode: 'auto', allowed: ['g'] } } })
  expect(allowed.body['tools']).toMatchObject([{ name: 'g' }])
  expect(
    encode({ providerTools: [{ wire: 'openai_responses', data: { type: 'web_search' } }] }).dropped,
  ).toEqual(['the tool `web_search`'])
})

test('arguments that are no JSON object are named', () => {
  const call: Block = { type: 'tool_call', id: 'c', name: 'f', arguments: '{"a":' }
  const { body, dropped } = encode({ messages: [assistant(call)] })
  expect(body['messages']).toMatchObject([{ content: [{ input: {} }] }])
  expect(dropped).toHaveLength(1)
})

test('a schema says of each object that it is closed', () => {
  const inner = { type: 'object', properties: { type: { enum: [{ type: 'object' }] } } }
  const schema = { type: 'object', properties: { a: inner }, required: ['a'] }
  const responseFormat = { type: 'json_schema', schema } as const
  expect(withParams({ responseFormat }).body['output_config']).toEqual({
    format: {
      type: 'json_schema',
      schema: {
        ...schema,
        properties: { a: { ...inner, additionalProperties: false } },
        additionalProperties: false,
      },
    },
  })
})

test("the client's own fields go along at Anthropic, and are named elsewhere", () => {
  const extra = { container: 'c', metadata: { tag: 't' }, output_config: { task_budget: 9 } }
  const params = { user: 'u', reasoning: { effort: 'high' } }
  const own = encode({ extra, params, wire: 'anthropic_messages' }, 'claude-opus-4-6')
  expect(own.body).toMatchObject({
    container: 'c',
    metadata: { tag: 't', user_id: 'u' },
    output_config: { task_budget: 9, effort: 'high' },
  })
  expect(encode({ extra: { logit_bias: {} }, wire: 'openai_chat' }).dropped).toEqual([
    '`logit_bias`',
  ])
})

test('a tier is told in words that there are, at hosts that have tiers', () => {
  const chat = { messages: [], tools: [], params: { serviceTier: 'priority' }, extra: {} }
  const target = { model: SONNET, stream: false, options: {} }
  expect(encodeMessagesRequest(chat, target, {}).body['service_tier']).toBe('auto')
  const { body, dropped } = encodeMessagesRequest(chat, target, { lacks: ['service_tier'] })
  expect(body).not.toHaveProperty('service_tier')
  expect(dropped).toEqual(['`service_tier`'])
})

test('takes any arguments and any URL', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (words, schema) => {
      const parameters = JSON.parse(JSON.stringify(schema))
      encode({
        tools: [{ name: 'f', parameters, strict: true }],
        messages: [
          assistant({ type: 'tool_call', id: 'c', name: 'f', arguments: words }),
          user({ type: 'file', url: words }, { type: 'file', url: `data:${words}` }),
        ],
      })
    }),
  )
})
