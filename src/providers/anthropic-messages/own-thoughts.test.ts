import { expect, test } from 'vitest'
import type { Json } from '../../lib/json.ts'
import { withOwnThoughts } from './own-thoughts.ts'

const CLAUDE = 'anthropic/claude-sonnet-4.5'
const said = { type: 'text', text: 'Yes.' }
const thinking = (more: object) => ({ type: 'thinking', thinking: 'Hm.', ...more })
const body = (...content: Json[]) => ({
  model: 'm',
  messages: [
    { role: 'user', content: 'Go on' },
    { role: 'assistant', content },
    { role: 'user', content: [said] },
  ],
})

test.each([
  ['signed by Claude', thinking({ signature: 'EqoBCkgIARABGAIiQL' })],
  ['signed, one does not know how', thinking({ signature: 'sig' })],
  ['hidden by Claude', { type: 'redacted_thinking', data: 'EmwKAhgBEgy' }],
])('a thought that is %s goes on as it came', (_, thought) => {
  const given = body(thought, said)
  expect(withOwnThoughts(given, CLAUDE)).toBe(given)
})

test.each([
  ['nobody signed', thinking({ signature: '' })],
  ['has no place for a signature', thinking({})],
  ['has a UUID there', thinking({ signature: '0d5c1b6a-3f0e-4b7a-9d8e-7a2b1c0d9e8f' })],
  ['has a hash there', thinking({ signature: 'a1'.repeat(32) })],
  ['OpenAI encrypted', { type: 'redacted_thinking', data: 'gAAAAABo' }],
  ['OpenAI named', thinking({ signature: 'x', id: 'rs_1' })],
  ['Gemini signed', thinking({ signature: 'CiQB', format: 'google-gemini-v1' })],
])('a thought that %s does not go to Claude, and goes to others', (_, thought) => {
  const given = body(thought, said)
  expect(withOwnThoughts(given, CLAUDE)).toEqual(body(said))
  expect(withOwnThoughts(given, 'deepseek-reasoner')).toBe(given)
})

test('a turn of nothing else is left out, and names that Claude does not know are', () => {
  const given = body(thinking({ signature: '' }))
  const [first, , last] = given.messages
  expect(withOwnThoughts(given, CLAUDE)['messages']).toEqual([first, last])
  const named = body(thinking({ signature: 'EqoB', id: 'r1', format: 'anthropic-claude-v1' }))
  expect(withOwnThoughts(named, CLAUDE)).toEqual(body(thinking({ signature: 'EqoB' })))
})
