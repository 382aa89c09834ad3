import { expect, test } from 'vitest'
import type { ChatRequest } from '../domain/chat.ts'
import { asObject, asString, objectsIn } from '../lib/json.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { mistral } from './mistral.ts'
import { openaiChat } from './openai-chat.ts'

const target = { model: 'm', stream: false, options: {} }

function chatOf(...ids: readonly string[]): ChatRequest {
  const calls = ids.map((id) => ({ type: 'tool_call', id, name: 'f', arguments: '{}' }) as const)
  const results = ids.map((id) => ({ type: 'tool_result', id, name: 'f', result: 'x' }) as const)
  return {
    messages: [
      { role: 'assistant', content: calls },
      { role: 'user', content: results },
    ],
    tools: [],
    params: {},
    extra: {},
  }
}

function claudes(...ids: readonly string[]): [string[], string[]] {
  const { body } = anthropicMessages.encode(chatOf(...ids), target, {})
  const [calls, results] = objectsIn(body['messages']).map(({ content }) => objectsIn(content))
  return [
    (calls ?? []).map(({ id }) => asString(id) ?? ''),
    (results ?? []).map((each) => asString(each['tool_use_id']) ?? ''),
  ]
}

test('a call that another provider named gets a name that Claude takes, and its result the same', () => {
  const [calls, results] = claudes('functions.f:0', 'toolu_01')
  expect(calls[0]).toMatch(/^call_[\da-f]{24}$/)
  expect(calls[1]).toBe('toolu_01')
  expect(results).toEqual(calls)
  expect(claudes('functions.f:0', 'toolu_01')).toEqual([calls, results])
  expect(claudes('functions.f:1')[0]).not.toEqual([calls[0]])
})

test('Bedrock and Mistral get names that they take', () => {
  const { body } = bedrockConverse.encode(chatOf('functions.f:0'), target, {})
  const [turn] = objectsIn(body['messages'])
  const use = asObject(objectsIn(turn?.['content'])[0]?.['toolUse'])
  expect(use?.['toolUseId']).toMatch(/^call_[\da-f]{24}$/)
  const sent = openaiChat.encode(
    chatOf('call_Zm9vYmFyYmF6cXV4cXV1eA', 'D681PevKs'),
    target,
    mistral.quirks,
  )
  const [assistant, ...results] = objectsIn(sent.body['messages'])
  const ids = objectsIn(assistant?.['tool_calls']).map(({ id }) => id)
  expect(ids).toEqual([expect.stringMatching(/^[\da-f]{9}$/), 'D681PevKs'])
  expect(results.map((each) => each['tool_call_id'])).toEqual(ids)
})
