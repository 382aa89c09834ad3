import { expect, test } from 'vitest'
import type { Block } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import type { JsonObject } from '../../lib/json.ts'
import { bedrockConverse } from '../bedrock-converse.ts'

const block = (index: number, more: JsonObject) => ({ contentBlockIndex: index, ...more })

function streamed(...events: readonly (readonly [string, JsonObject])[]): readonly Block[] {
  const decoder = bedrockConverse.decoder()
  const collector = new Collector()
  for (const [event, body] of events) {
    for (const part of decoder.push({ event, data: JSON.stringify(body) })) collector.add(part)
  }
  return collector.answer().content
}

function whole(content: JsonObject[]): readonly Block[] {
  const collector = new Collector()
  const body = { output: { message: { role: 'assistant', content } }, stopReason: 'end_turn' }
  for (const part of bedrockConverse.parts(body)) collector.add(part)
  return collector.answer().content
}

const use = { name: 'nova_grounding', toolUseId: 't1', type: 'server_tool_use' }
const result = { status: 'success', toolUseId: 't1', type: 'nova_grounding_result' }
const wire = 'bedrock_converse'

test('a tool that Amazon runs itself is nobody’s call, and comes whole', () => {
  const toolUse = { ...use, input: { query: 'weather' } }
  const toolResult = { ...result, content: [{ text: 'Sun.' }, { text: 'Rain.' }] }
  const expected = [
    { type: 'unknown', data: { toolUse }, wire },
    { type: 'unknown', data: { toolResult }, wire },
  ]
  expect(whole([{ toolUse }, { toolResult }])).toEqual(expected)
  expect(
    streamed(
      ['contentBlockStart', block(0, { start: { toolUse: use } })],
      ['contentBlockDelta', block(0, { delta: { toolUse: { input: '{"query":' } } })],
      ['contentBlockDelta', block(0, { delta: { toolUse: { input: '"weather"}' } } })],
      ['contentBlockStop', block(0, {})],
      ['contentBlockStart', block(1, { start: { toolResult: result } })],
      ['contentBlockDelta', block(1, { delta: { toolResult: [{ text: 'Sun.' }] } })],
      ['contentBlockDelta', block(1, { delta: { toolResult: [{ text: 'Rain.' }] } })],
      ['contentBlockStop', block(1, {})],
    ),
  ).toEqual(expected)
})

test('a picture that the model made is a file', () => {
  const file = { type: 'file', url: 'data:image/jpeg;base64,AAAA', mimeType: 'image/jpeg' }
  const source = { bytes: 'AAAA' }
  expect(whole([{ image: { format: 'jpeg', source } }])).toEqual([file])
  expect(
    streamed(
      ['contentBlockStart', block(0, { start: { image: { format: 'jpeg' } } })],
      ['contentBlockDelta', block(0, { delta: { image: { source } } })],
      ['contentBlockStop', block(0, {})],
    ),
  ).toEqual([file])
})

test('a search result that is cited is cited by its address', () => {
  const citation = {
    location: { searchResultLocation: { start: 0, end: 1, searchResultIndex: 0 } },
    source: 'https://a.example/facts',
    title: 'Facts',
    sourceContent: [{ text: 'It is so.' }],
  }
  const cited = { url: 'https://a.example/facts', title: 'Facts', citedText: 'It is so.' }
  const content = [{ citationsContent: { content: [{ text: 'So.' }], citations: [citation] } }]
  expect(whole(content)).toMatchObject([{ type: 'text', text: 'So.', citations: [cited] }])
  expect(
    streamed(
      ['contentBlockDelta', block(0, { delta: { text: 'So.' } })],
      ['contentBlockDelta', block(0, { delta: { citation } })],
      ['contentBlockStop', block(0, {})],
    ),
  ).toMatchObject([{ type: 'text', text: 'So.', citations: [cited] }])
})

test('a signature that comes in pieces is one', () => {
  const thought = (reasoningContent: JsonObject) =>
    ['contentBlockDelta', block(0, { delta: { reasoningContent } })] as const
  expect(
    streamed(
      thought({ text: 'Hm.' }),
      thought({ signature: 'one-' }),
      thought({ signature: 'two' }),
      ['contentBlockStop', block(0, {})],
      ['contentBlockDelta', block(1, { delta: { text: 'Yes.' } })],
      ['contentBlockStop', block(1, {})],
    ),
  ).toEqual([
    { type: 'thought', text: 'Hm.', signature: 'one-two' },
    { type: 'text', text: 'Yes.' },
  ])
})

test('sounds, films and documents are files, wherever they are; what is none is kept', () => {
  const s3Location = { uri: 's3://bucket/a.mp4', bucketOwner: '1' }
  const failed = { image: { format: 'png', source: {}, error: { message: 'moderated' } } }
  expect(
    whole([
      { audio: { format: 'mp3', source: { bytes: 'AAAA' } } },
      { video: { format: 'mp4', source: { s3Location } } },
      { document: { format: 'pdf', name: 'a', source: { bytes: 'AAAA' } } },
      failed,
    ]),
  ).toEqual([
    { type: 'file', url: 'data:audio/mpeg;base64,AAAA', mimeType: 'audio/mpeg' },
    { type: 'file', url: 's3://bucket/a.mp4', mimeType: 'video/mp4' },
    { type: 'file', url: 'data:application/pdf;base64,AAAA', mimeType: 'application/pdf' },
    { type: 'unknown', data: failed, wire },
  ])
  const error = { message: 'moderated' }
  expect(
    streamed(
      ['contentBlockStart', block(0, { start: { image: { format: 'png' } } })],
      ['contentBlockDelta', block(0, { delta: { image: { error } } })],
      ['contentBlockStop', block(0, {})],
    ),
  ).toEqual([{ type: 'unknown', data: { image: { format: 'png', error } }, wire }])
})

test('a block that begins with what it cites is a block of its own', () => {
  const citation = { title: 'Book', location: { web: { url: 'https://a.example' } } }
  expect(
    streamed(
      ['contentBlockDelta', block(0, { delta: { text: 'a' } })],
      ['contentBlockDelta', block(1, { delta: { citation } })],
      ['contentBlockDelta', block(1, { delta: { text: 'b' } })],
      ['messageStop', { stopReason: 'end_turn' }],
    ),
  ).toMatchObject([
    { type: 'text', text: 'a' },
    {
      type: 'text',
      text: 'b',
      citations: [{ url: 'https://a.example', startIndex: 0, endIndex: 1 }],
    },
  ])
})

test('the stop sequence that was met is told where the request asked for it', () => {
  const fields = { additionalModelResponseFields: { stop_sequence: 'END' } }
  expect(
    bedrockConverse.parts({ stopReason: 'stop_sequence', ...fields, output: {} }),
  ).toContainEqual({
    type: 'finish',
    reason: 'stop_sequence',
    raw: 'stop_sequence',
    stopSequence: 'END',
  })
})
