import { expect, test } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { blocksOf, deltas, streamed, whole } from './fixtures/read-answer.ts'

const CLAUDE = 'anthropic-claude-v1'

test.each<[string, JsonObject, readonly unknown[]]>([
  [
    'Copilot, and its secret',
    { content: 'Yes.', reasoning_text: 'Let me see', reasoning_opaque: 'AAA=' },
    [{ text: 'Let me see', data: 'AAA=' }, { text: 'Yes.' }],
  ],
  [
    'Databricks, in a list of content',
    {
      content: [
        {
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'Let me see', signature: 'sig' }],
        },
        { type: 'text', text: 'Yes.' },
      ],
    },
    [{ text: 'Let me see', signature: 'sig', format: CLAUDE }, { text: 'Yes.' }],
  ],
  [
    'LiteLLM, as Claude’s own blocks beside the words',
    {
      content: 'Yes.',
      reasoning_content: 'Let me see',
      thinking_blocks: [
        { type: 'thinking', thinking: 'Let me see', signature: 'sig' },
        { type: 'redacted_thinking', data: 'BBB=' },
      ],
    },
    [{ text: 'Let me see', signature: 'sig' }, { text: null, data: 'BBB=' }, { text: 'Yes.' }],
  ],
  [
    'Gemini, which signs the message’s words',
    { content: 'Yes.', extra_content: { google: { thought_signature: 'sig' } } },
    [{ type: 'text', text: 'Yes.', signature: 'sig' }],
  ],
  [
    'OpenRouter, pictures beside the words',
    {
      content: 'Here.',
      images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }],
    },
    [{ text: 'Here.' }, { type: 'file', url: 'data:image/png;base64,AA' }],
  ],
  [
    'others, pictures in a list of content',
    { content: [{ type: 'image_url', image_url: 'https://a.example/b.png' }] },
    [{ type: 'file', url: 'https://a.example/b.png' }],
  ],
  [
    'a refusal in a list of content',
    { content: [{ type: 'refusal', refusal: 'No.' }] },
    [{ type: 'refusal', text: 'No.' }],
  ],
  [
    'speech, by its transcript',
    { content: null, audio: { id: 'a', transcript: 'Hello.' } },
    [{ type: 'text', text: 'Hello.' }],
  ],
])('reads what is said by %s, whole and streamed', (_, message, expected) => {
  expect(blocksOf(whole(message))).toMatchObject(expected)
  expect(blocksOf(deltas(message))).toMatchObject(expected)
})

test('a sound is a file where it comes whole', () => {
  const audio = { id: 'a', data: 'UklGRiQAAABXQVZF', transcript: 'Hello.', expires_at: 1 }
  expect(blocksOf(whole({ content: null, audio }))).toEqual([
    { type: 'text', text: 'Hello.' },
    { type: 'file', url: 'data:audio/wav;base64,UklGRiQAAABXQVZF', mimeType: 'audio/wav' },
  ])
  expect(blocksOf(deltas({ audio: { id: 'a', data: 'UklGRiQAAABXQVZF' } }))).toEqual([])
  expect(blocksOf(whole({ content: 'Hi.', audio: { data: '', transcript: '' } }))).toEqual([
    { type: 'text', text: 'Hi.' },
  ])
})

test('a signature that comes after the words is of a text of its own', () => {
  const signed = { extra_content: { google: { thought_signature: 'sig' } } }
  expect(blocksOf(deltas({ content: 'Yes.' }, signed))).toMatchObject([
    { type: 'text', text: 'Yes.', signature: 'sig' },
  ])
})

test('pages may be told after the answer has ended', () => {
  const parts = streamed([
    { choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }] },
    { choices: [], citations: ['https://a.example', { url: 'https://b.example', title: 'B' }] },
  ])
  expect(blocksOf(parts)).toMatchObject([
    {
      text: 'x',
      citations: [{ url: 'https://a.example' }, { url: 'https://b.example', title: 'B' }],
    },
  ])
})

function spoken(audio: JsonObject, finish: string | null = null): JsonObject {
  return { choices: [{ index: 0, delta: { audio }, finish_reason: finish }] }
}

test('speech that is streamed is one file at its end', () => {
  const chunks = [
    spoken({ id: 'a', transcript: 'Hel' }),
    spoken({ data: 'AAE=' }),
    spoken({ transcript: 'lo.', data: 'AgM=' }),
    spoken({ expires_at: 1 }, 'stop'),
  ]
  expect(blocksOf(streamed(chunks))).toEqual([
    { type: 'text', text: 'Hello.' },
    { type: 'file', url: 'data:audio/pcm;base64,AAECAw==', mimeType: 'audio/pcm' },
  ])
})
