import { expect, test } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { withOwnThoughts } from './own-thoughts.ts'

const thought = (weir?: object) => ({
  text: 'Hm.',
  thought: true,
  thoughtSignature: 'CiQB',
  ...(weir && { partMetadata: { weir } }),
})
const body = (...parts: object[]): JsonObject =>
  JSON.parse(JSON.stringify({ contents: [{ role: 'model', parts }] }))

test.each([
  ['Gemini’s', thought()],
  ['Gemini’s by way of another', thought({ format: 'google-gemini-v1', id: 'r1' })],
])('a thought of %s goes on as it came', (_, part) => {
  const given = body(part, { text: 'Yes.' })
  expect(withOwnThoughts(given)).toBe(given)
})

test.each([
  ['what another encrypted', thought({ encrypted: true })],
  ['what Claude signed', thought({ format: 'anthropic-claude-v1' })],
])('%s does not go to Gemini', (_, part) => {
  const given = body(part, { text: 'Yes.' })
  expect(withOwnThoughts(given)).toEqual(body({ text: 'Yes.' }))
  expect(withOwnThoughts(body(part))).toEqual({ contents: [] })
})
