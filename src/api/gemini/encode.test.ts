import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { asObject, type JsonObject, objectsIn } from '../../lib/json.ts'
import { readEvents } from '../../lib/sse.ts'
import { envelope } from '../fixtures/envelope.ts'
import { encodeGenerated } from './encode.ts'
import { GenerateEncoder } from './encode-stream.ts'
import { asEvents } from './framing.ts'

function streamed(parts: readonly Part[]): JsonObject[] {
  const encoder = new GenerateEncoder(envelope, asEvents())
  const text = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
  return readEvents(Buffer.from(text)).flatMap(({ data }) =>
    objectsIn(JSON.parse(data)['candidates']),
  )
}

const partsOf = (candidate: JsonObject | undefined) =>
  objectsIn(asObject(candidate?.['content'])?.['parts'])
const whole = (parts: readonly Part[]) => objectsIn(encodeGenerated(envelope, parts)['candidates'])

test('each answer is a candidate, whole or streamed', () => {
  const parts: Part[] = [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b', choice: 1 },
    { type: 'finish', reason: 'stop', raw: 'stop' },
    { type: 'finish', reason: 'length', raw: 'length', choice: 1 },
  ]
  expect(whole(parts)).toMatchObject([
    { index: 0, content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' },
    { index: 1, content: { parts: [{ text: 'b' }] }, finishReason: 'MAX_TOKENS' },
  ])
  const firsts = streamed(parts).filter(({ index }) => index === 0)
  expect(firsts.flatMap(partsOf).map(({ text }) => text)).toEqual(['a', '', ''])
  const second = streamed(parts).filter(({ index }) => index === 1)
  expect(second.flatMap(partsOf)).toContainEqual({ text: 'b' })
  expect(second.at(-1)).toMatchObject({ finishReason: 'MAX_TOKENS' })
})

test('a call that is named in each of its pieces is one call, told before what follows it', () => {
  const call: Part = { type: 'tool_call', index: 0, id: 'c', name: 'f' }
  const parts: Part[] = [
    call,
    { type: 'tool_arguments', index: 0, text: '{"a":' },
    call,
    { type: 'tool_arguments', index: 0, text: '1}' },
    { type: 'text', text: 'after' },
  ]
  const expected = [{ functionCall: { id: 'c', name: 'f', args: { a: 1 } } }, { text: 'after' }]
  expect(partsOf(whole(parts)[0])).toEqual(expected)
  expect(streamed(parts).flatMap(partsOf)).toEqual([...expected, { text: '' }])
})

test('places of citations are told in bytes', () => {
  const page = { url: 'https://a.example', title: 'A', raw: {}, wire: 'openai_chat' }
  const parts: Part[] = [
    { type: 'text', text: 'Größe: ' },
    { type: 'text', text: 'naïve' },
    { type: 'citation', citation: { ...page, startIndex: 7, endIndex: 12 } },
    { type: 'citation', citation: page },
  ]
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
    groundingSupports: [
      { segment: { startIndex: 9, endIndex: 15, text: 'naïve' }, groundingChunkIndices: [0] },
    ],
  }
  expect(whole(parts)[0]).toMatchObject({ groundingMetadata })
  expect(streamed(parts).at(-1)).toMatchObject({ groundingMetadata })
})

test('what is cited from a document is retrieved context', () => {
  const citation = { title: 'a.pdf', citedText: 'words', raw: {}, wire: 'anthropic_messages' }
  const parts: Part[] = [
    { type: 'text', text: 'Words.' },
    { type: 'citation', citation },
    { type: 'citation', citation },
    { type: 'citation', citation: { raw: {}, wire: 'anthropic_messages' } },
  ]
  const groundingChunks = [{ retrievedContext: { title: 'a.pdf', text: 'words' } }]
  expect(whole(parts)[0]?.['groundingMetadata']).toEqual({ groundingChunks })
  expect(streamed(parts).at(-1)?.['groundingMetadata']).toEqual({ groundingChunks })
})
