import { expect, test } from 'vitest'
import { anthropicMessages } from './anthropic-messages.ts'
import { carriedByAws } from './aws-failures.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { openaiChat } from './openai-chat.ts'

test.each([
  ['throttlingException', { message: 'Slow down.' }, 429],
  ['modelTimeoutException', { message: 'Slow down.' }, 408],
  ['ModelStreamError', { ErrorCode: 'ModelInvocationTimeExceeded', Message: 'Slow down.' }, 424],
  ['InternalStreamFailure', { Message: 'Slow down.' }, 500],
  ['InternalFailure', { message: 'Slow down.' }, 500],
])('%s has its words and its status, whatever the wire it ends', (event, body, status) => {
  for (const wire of [anthropicMessages, openaiChat, bedrockConverse].map(carriedByAws)) {
    expect(wire.decoder().push({ event, data: JSON.stringify(body) })).toMatchObject([
      { type: 'error', error: { message: 'Slow down.', code: event, status } },
    ])
  }
  expect(bedrockConverse.decoder().push({ event, data: JSON.stringify(body) })).toMatchObject([
    { type: 'error', error: { message: 'Slow down.', status } },
  ])
})

test('what is no failure of Amazon’s is the wire’s own', () => {
  const decoder = carriedByAws(anthropicMessages).decoder()
  const error = { type: 'overloaded_error', message: 'Overloaded' }
  expect(decoder.push({ event: 'error', data: JSON.stringify({ type: 'error', error }) })).toEqual([
    { type: 'error', error: expect.objectContaining({ message: 'Overloaded', status: 529 }) },
  ])
  expect(decoder.done).toBe(false)
  decoder.push({ event: 'message_stop', data: '{"type":"message_stop"}' })
  expect(decoder.done).toBe(true)
})
