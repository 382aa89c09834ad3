import { expect, test } from 'vitest'
import type { Json } from '../../lib/json.ts'
import { cleanMessages, withUnknownBlocks } from './own-blocks.ts'

const clean = (message: Json) => cleanMessages([message])?.[0]
const user = (...content: Json[]) => ({ role: 'user', content })

test.each<[string, Json | undefined]>([
  ['nothing', undefined],
  ['no list', 'hi'],
  ['plain messages', [{ role: 'user', content: 'tensorzero::raw_text' }]],
  ['plain blocks', [user({ type: 'text', text: 'a' }, 'b', null, [])]],
  ['messages that are none', [1, null, 'x']],
])('leaves %s as they are', (_, messages) => {
  expect(cleanMessages(messages)).toBeNull()
})

test('raw text becomes text', () => {
  const own = { type: 'tensorzero::raw_text', value: 'as it is' }
  expect(clean(user(own, { type: 'text', text: 'b' }))).toEqual(
    user({ type: 'text', text: 'as it is' }, { type: 'text', text: 'b' }),
  )
})

test('own fields are taken out of blocks, and all else stays', () => {
  const image = {
    type: 'image_url',
    image_url: { url: 'x', 'tensorzero::mime_type': 'image/png', detail: 'low' },
    'tensorzero::note': 1,
  }
  expect(clean(user(image))).toEqual(
    user({ type: 'image_url', image_url: { url: 'x', detail: 'low' } }),
  )
})

test('messages beside the changed one stay the same', () => {
  const plain = { role: 'user', content: 'a' }
  const cleaned = cleanMessages([plain, user({ type: 'tensorzero::raw_text', value: 'b' })])
  expect(cleaned?.[0]).toBe(plain)
})

test.each<[string, Json]>([
  ['a template', { type: 'tensorzero::template', name: 'a', arguments: {} }],
  ['arguments', { type: 'text', 'tensorzero::arguments': {} }],
])('refuses %s, for it needs a function', (_, block) => {
  expect(() => clean(user(block))).toThrow(/`model` field must start with/)
})

const thought = (text: string | null, more: object = {}) => ({ type: 'thought', text, ...more })

test('thoughts come back as reasoning, in their order; what is unknown stays for its provider alone', () => {
  const details = [{ type: 'reasoning.text', text: 'b' }]
  const message = {
    role: 'assistant',
    content: 'Yes.',
    tensorzero_extra_content: [
      thought('b', { insert_index: 2, extra_data: { reasoning_details: details } }),
      thought('a', { insert_index: 0 }),
      thought(null),
      { type: 'unknown', data: {} },
    ],
  }
  const cleaned = {
    role: 'assistant',
    content: 'Yes.',
    reasoning: 'ab',
    reasoning_details: details,
  }
  expect(clean(message)).toEqual(cleaned)
  expect(withUnknownBlocks([message])).toEqual([
    { ...cleaned, tensorzero_extra_content: [{ type: 'unknown', data: {} }] },
  ])
})

test('reasoning that came too wins', () => {
  const message = {
    role: 'assistant',
    content: '',
    reasoning_content: 'mine',
    tensorzero_extra_content: [thought('theirs')],
  }
  expect(clean(message)).toEqual({ role: 'assistant', content: '', reasoning_content: 'mine' })
})

test.each<[Json]>([[null], [[]], ['x'], [[{ type: 'thought' }]]])(
  '%j holds no reasoning',
  (extra) => {
    const message = { role: 'assistant', content: 'a', tensorzero_extra_content: extra }
    expect(clean(message)).toEqual({ role: 'assistant', content: 'a' })
  },
)
