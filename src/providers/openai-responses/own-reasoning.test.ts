import { expect, test } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { withOwnReasoning } from './own-reasoning.ts'

const reasoning = (more: object): JsonObject => ({
  type: 'reasoning',
  id: 'rs_1',
  summary: [],
  ...more,
})
const user = { role: 'user', content: 'And now?' }

test.each([
  ['encrypted by OpenAI', { encrypted_content: 'gAAAAABo-x_' }],
  ['kept by OpenAI', {}],
  ['OpenAI’s by its name', { encrypted_content: 'x', format: 'openai-responses-v1' }],
])('reasoning that is %s goes on as it came', (_, more) => {
  const given = { input: [reasoning(more), user] }
  expect(withOwnReasoning(given, 'gpt-5.1')).toBe(given)
})

test.each([
  ['another encrypted', { encrypted_content: '/meL+x0=' }],
  ['has a UUID for a secret', { encrypted_content: '0d5c1b6a-3f0e-4b7a-9d8e-7a2b1c0d9e8f' }],
  ['Claude signed', { encrypted_content: 'signature:EqoB', signature: 'EqoB' }],
  ['xAI encrypted', { encrypted_content: 'kiU0', format: 'xai-responses-v1' }],
  ['was said in the open', { id: 'r_1', content: [{ type: 'reasoning_text', text: 'Hm.' }] }],
  ['has our name', { id: 'rs_weir_01' }],
])('reasoning that %s does not go to OpenAI’s models, and goes to others', (_, more) => {
  const given = { input: [reasoning(more), user] }
  expect(withOwnReasoning(given, 'o4-mini')).toEqual({ input: [user] })
  expect(withOwnReasoning(given, 'grok-4')).toBe(given)
  expect(withOwnReasoning(given, 'gpt-oss-120b')).toBe(given)
  expect(withOwnReasoning(given, 'openai/gpt-5')).toBe(given)
})

test('an input that is a text stays one', () => {
  const given = { input: 'Hello' }
  expect(withOwnReasoning(given, 'gpt-5')).toBe(given)
})
