import { expect, test } from 'vitest'
import type { Block, JsonObject, Message, Thought } from '../../domain/chat.ts'
import { Leftovers } from '../leftovers.ts'
import type { Quirks } from '../provider.ts'
import { encodeMessages } from './encode-messages.ts'

function sent(...content: Thought[]) {
  const quirks = { reasoningBack: 'reasoning_details' } as const
  return encodeMessages([{ role: 'assistant', content }], quirks, new Leftovers())
}

const signature = 'sig'
const signed: Block[] = [
  { type: 'text', text: 'a', signature },
  { type: 'tool_call', id: 'c', name: 'f', arguments: '{}', signature },
]

test('what Gemini signed goes back to servers of Google’s kind alone', () => {
  const google = { google: { thought_signature: 'sig' } }
  const left = new Leftovers()
  const messages = [{ role: 'assistant', content: signed } as const]
  expect(encodeMessages(messages, { signatures: true }, left)).toMatchObject([
    { extra_content: google, tool_calls: [{ id: 'c', extra_content: google }] },
  ])
  expect(left.words).toEqual([])
  const [message] = encodeMessages(messages, {}, left)
  expect(JSON.stringify(message)).not.toContain('extra_content')
  expect(left.words).toEqual(['a signature of Gemini'])
})

test.each<[Quirks, string[]]>([
  [{ filesInResults: true }, []],
  [{}, ['a block of another provider (unknown)']],
])('where %j, what goes on of a tool’s result is not called lost', (quirks, lost) => {
  const left = new Leftovers()
  const content: Block[] = [
    { type: 'unknown', data: { type: 'chart' } },
    { type: 'file', url: 'https://example.com/a.png' },
  ]
  const result = { type: 'tool_result', id: 'c', name: 'f', result: 'ok', content } as const
  const [message] = encodeMessages([{ role: 'user', content: [result] }], quirks, left)
  expect(JSON.stringify(message).includes('chart')).toBe(lost.length === 0)
  expect(left.words).toEqual(lost)
})

const resultOf = (id: string, ...content: Block[]): Message => ({
  role: 'user',
  content: [{ type: 'tool_result', id, name: 'f', result: 'ok', content }],
})

const url = 'https://example.com/a.png'
const told = (tool_call_id: string) => ({ role: 'tool', tool_call_id, content: 'ok' })
const filesOf = (id: string) => [
  { type: 'text', text: `Files in the result of the call ${id}:` },
  { type: 'image_url', image_url: { url } },
]

test('files in results of tools are the user’s once all results have been told', () => {
  const said = { type: 'text', text: 'Go on.' } as const
  const call = { type: 'tool_call', id: 'c4', name: 'f', arguments: '{}' } as const
  const messages: Message[] = [
    resultOf('c1', { type: 'file', url }),
    resultOf('c2'),
    { role: 'user', content: [said] },
    resultOf('c3', { type: 'file', url }),
    { role: 'assistant', content: [call] },
    resultOf('c4', { type: 'file', url }),
  ]
  const left = new Leftovers()
  expect(encodeMessages(messages, {}, left)).toMatchObject([
    told('c1'),
    told('c2'),
    { role: 'user', content: [...filesOf('c1'), said] },
    told('c3'),
    { role: 'user', content: filesOf('c3') },
    { role: 'assistant', tool_calls: [{ id: 'c4' }] },
    told('c4'),
    { role: 'user', content: filesOf('c4') },
  ])
  expect(left.words).toEqual([])
})

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

test.each<[string, Block[], JsonObject | undefined]>([
  ['a thought that is taken back', [thought], { content: '', reasoning: 'a' }],
  ['a block of another provider', [{ type: 'unknown', data: {}, wire: 'gemini' }], undefined],
  ['a refusal', [{ type: 'refusal', text: 'No.' }], { content: null, refusal: 'No.' }],
  ['an empty text', [{ type: 'text', text: '' }], { content: '' }],
])('a turn of nothing but %s is one that the provider takes, or none', (_, content, expected) => {
  const messages = [{ role: 'assistant', content } as const]
  const sentOn = encodeMessages(messages, { reasoningBack: 'reasoning' }, new Leftovers())
  expect(sentOn).toEqual(expected ? [{ role: 'assistant', ...expected }] : [])
})
