import { expect, test } from 'vitest'
import type { Thought } from '../../domain/chat.ts'
import { encodeMessages } from './encode-messages.ts'

function sent(...content: Thought[]) {
  const quirks = { reasoningBack: 'reasoning_details' } as const
  return encodeMessages([{ role: 'assistant', content }], quirks, new Set())
}

const thought = { type: 'thought', text: 'a' } as const

test('thoughts go back as the pieces their makers gave', () => {
  const format = 'openai-responses-v1'
  const [message] = sent(
    { ...thought, signature: 'one' },
    { ...thought, data: 'hidden', id: 'rs_1', format },
    thought,
  )
  expect(message).toMatchObject({
    reasoning: 'aaa',
    reasoning_details: [
      { type: 'reasoning.text', text: 'a', signature: 'one', format: 'anthropic-claude-v1' },
      { type: 'reasoning.summary', summary: 'a', id: 'rs_1', format, index: 1 },
      { type: 'reasoning.encrypted', data: 'hidden', id: 'rs_1', format, index: 1 },
      { type: 'reasoning.text', text: 'a', index: 2 },
    ],
  })
})
