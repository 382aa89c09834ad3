import { expect, test } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { anthropicMessages } from '../../providers/anthropic-messages.ts'
import { gemini } from '../../providers/gemini.ts'
import { openaiChat } from '../../providers/openai-chat.ts'
import { openaiResponses } from '../../providers/openai-responses.ts'
import type { ChatWire } from '../../providers/provider.ts'
import { decodeChat } from './decode.ts'

function sent(wire: ChatWire, piece: JsonObject): JsonObject {
  const chat = decodeChat({ messages: [{ role: 'user', content: [piece] }] })
  const { body, dropped } = wire.encode(chat, { model: 'm', stream: false, options: {} }, {})
  expect(dropped).toEqual([])
  return body
}

const video = 'https://a.example/panda.webm'
const pdf = 'https://a.example/letter'

test.each<[string, JsonObject]>([
  ['a video', { type: 'video_url', video_url: { url: video, fps: 2 } }],
  ['a document', { type: 'document_url', document_url: pdf, document_name: 'a.pdf' }],
  ['a file', { type: 'file_url', file_url: { url: pdf }, file_name: 'a.pdf' }],
])('%s goes on as it was where its format is spoken', (_, piece) => {
  expect(sent(openaiChat, piece)).toMatchObject({ messages: [{ content: [piece] }] })
})

test('a video goes on as a file where another format is spoken', () => {
  const piece = { type: 'video_url', video_url: { url: video } }
  const fileData = { mimeType: 'video/webm', fileUri: video }
  expect(sent(gemini, piece)).toMatchObject({ contents: [{ parts: [{ fileData }] }] })
  const item = { type: 'input_file', file_url: video }
  expect(sent(openaiResponses, piece)).toMatchObject({ input: [{ content: [item] }] })
})

test('a document goes on as one', () => {
  const piece = { type: 'document_url', document_url: pdf, document_name: 'a.pdf' }
  const document = { type: 'document', title: 'a.pdf', source: { type: 'url', url: pdf } }
  expect(sent(anthropicMessages, piece)).toMatchObject({ messages: [{ content: [document] }] })
  const fileData = { mimeType: 'application/pdf', fileUri: pdf }
  expect(sent(gemini, piece)).toMatchObject({ contents: [{ parts: [{ fileData }] }] })
})
