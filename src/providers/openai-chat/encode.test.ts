import { expect, test } from 'vitest'
import type { ChatRequest, ResponseFormat } from '../../domain/chat.ts'
import { objectsIn } from '../../lib/json.ts'
import type { Quirks } from '../provider.ts'
import { encodeResponsesRequest } from '../openai-responses/encode.ts'
import { encodeChat } from './encode.ts'

const target = { model: 'm', stream: false, options: {} }
const tools = [{ name: 'f' }]

function encoded(more: Partial<ChatRequest>, quirks: Quirks = {}) {
  const chat: ChatRequest = { messages: [], tools: [], params: {}, extra: {}, ...more }
  return encodeChat(chat, target, quirks)
}

test('how tools are used is said only where there are some', () => {
  const params = { toolChoice: { mode: 'auto' }, parallelToolCalls: false } as const
  const said = { tool_choice: 'auto', parallel_tool_calls: false }
  expect(encoded({ params, tools }).body).toMatchObject(said)
  const { body, dropped } = encoded({ params })
  expect(Object.keys(body)).toEqual(['model', 'messages'])
  expect(dropped).toEqual([])
  const lacking = encoded({ params, tools }, { lacks: ['parallel_tool_calls'] })
  expect(lacking.body).not.toHaveProperty('parallel_tool_calls')
  expect(lacking.dropped).toEqual(['`parallel_tool_calls`'])
})

test.each([encodeChat, encodeResponsesRequest])(
  'a long name of a user goes by its hash',
  (encode) => {
    const bodyOf = (user: string, quirks: Quirks = {}) =>
      encode({ messages: [], tools: [], params: { user }, extra: {} }, target, quirks)
    expect(bodyOf('u'.repeat(64))).toMatchObject({ body: { user: 'u'.repeat(64) }, dropped: [] })
    const { body, dropped } = bodyOf('u'.repeat(65))
    expect(body['user']).toMatch(/^[0-9a-f]{64}$/)
    expect(dropped).toEqual(['`user` of more than 64 characters (its hash is sent)'])
    expect(bodyOf('u'.repeat(65)).body).toEqual(body)
    expect(bodyOf(`${'u'.repeat(65)}2`).body).not.toEqual(body)
  },
)

test('who lacks users is told of none', () => {
  const long = encoded({ params: { user: 'u'.repeat(65) } }, { lacks: ['user'] })
  expect(long.dropped).toEqual(['`user`'])
  expect(long.body).not.toHaveProperty('user')
})

test('words that Responses share with OpenAI’s chat go to OpenAI alone', () => {
  const extra = { metadata: { a: 'b' }, prompt_cache_key: 'k', truncation: 'auto' }
  const wire = 'openai_responses'
  const { body, dropped } = encoded({ extra, wire }, { openaiFields: true })
  expect(body).toMatchObject({ metadata: { a: 'b' }, prompt_cache_key: 'k' })
  expect(dropped).toEqual(['`truncation`'])
  expect(encoded({ extra, wire }).dropped).toEqual([
    '`metadata`',
    '`prompt_cache_key`',
    '`truncation`',
  ])
})

const user = { role: 'user', content: [{ type: 'text', text: 'Give me facts.' }] } as const
const system = (text: string) => ({ role: 'system', content: [{ type: 'text', text }] }) as const
const free = { type: 'json_object' } as const
const schema = { type: 'json_schema', schema: {} } as const
const WORD = 'Respond using JSON.'

type Asked = [messages: ChatRequest['messages'], format: ResponseFormat, quirks?: Quirks]

test.each<[string, Asked, string | undefined]>([
  ['alone', [[user], free], WORD],
  ['before the system’s text', [[user, system('Be kind.')], free], `${WORD}\n\nBe kind.`],
  ['where it takes no schema', [[user], schema, { json: 'json_object' }], WORD],
  ['not twice', [[user, system('Answer in json')], free], 'Answer in json'],
  ['not beside a schema', [[user], schema], undefined],
  ['not where JSON cannot be asked for', [[user], free, { json: 'none' }], undefined],
])('F162 a server is told of JSON %s', (_, [messages, responseFormat, quirks], said) => {
  const { body } = encoded({ messages, params: { responseFormat } }, quirks)
  const told = objectsIn(body['messages']).find(({ role }) => role === 'system')
  expect(told?.['content']).toBe(said)
})
