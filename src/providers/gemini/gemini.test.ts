import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventsOf, recordingsOf } from '../../../test/support/recordings.ts'
import type { Block, ChatRequest, Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { asObject, type JsonObject, objectsIn } from '../../lib/json.ts'
import { decodeGenerate } from '../../api/gemini/decode.ts'
import { gemini } from '../gemini.ts'

const collect = (parts: readonly Part[]) => {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer()
}

const ask = (content: Block[], more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'assistant', content }],
  tools: [],
  params: {},
  extra: {},
  ...more,
})

const call = (id: string): Block => ({ type: 'tool_call', id, name: 'f', arguments: '{}' })

const target = { model: 'gemini-3-pro', stream: false, options: {} }

test('A signed part joins nothing, and nothing joins it.', () => {
  const parts = [
    { text: 'a', thought: true, thoughtSignature: 'one' },
    { text: 'b', thought: true, thoughtSignature: 'two' },
    { text: 'c', thoughtSignature: 'three' },
    { text: 'd' },
    { text: 'e' },
  ]
  const { content } = collect(gemini.parts({ candidates: [{ content: { parts } }] }))
  expect(content).toEqual([
    { type: 'thought', text: 'a', signature: 'one' },
    { type: 'thought', text: 'b', signature: 'two' },
    { type: 'text', text: 'c', signature: 'three' },
    { type: 'text', text: 'de' },
  ])
})

test('Of calls made at once only the first is given the word that stands for a signature.', () => {
  const { body } = gemini.encode(ask([call('x'), call('y')]), target, {})
  expect(objectsIn(objectsIn(body['contents'])[0]?.['parts'])).toEqual([
    {
      functionCall: { id: 'x', name: 'f', args: {} },
      thoughtSignature: 'skip_thought_signature_validator',
    },
    { functionCall: { id: 'y', name: 'f', args: {} } },
  ])
})

test("The client's own settings stand beside those that have nouns.", () => {
  const json = {
    contents: [{ parts: [{ text: 'hi' }] }],
    generationConfig: { maxOutputTokens: 9, responseModalities: ['TEXT'] },
  }
  const { body, dropped } = gemini.encode(decodeGenerate(json), target, {})
  expect(body['generationConfig']).toEqual(json.generationConfig)
  expect(dropped).toEqual([])
})

test('Words of Google’s own protocol may be numbers.', () => {
  const blocked = collect(gemini.parts({ promptFeedback: { blockReason: 5 } }))
  expect([blocked.finish, blocked.finishRaw]).toEqual(['content_filter', 'MODEL_ARMOR'])
  const promptTokensDetails = [
    { modality: 1, tokenCount: 7 },
    { modality: 2, tokenCount: 3 },
    { modality: 4, tokenCount: 2 },
  ]
  const usageMetadata = { promptTokenCount: 12, totalTokenCount: 12, promptTokensDetails }
  expect(collect(gemini.parts({ usageMetadata })).usage).toMatchObject({
    input: 7,
    imageInput: 3,
    audioInput: 2,
  })
})

const counted = { usageMetadata: { promptTokenCount: 12, totalTokenCount: 12 } }

test.each<[string, JsonObject, unknown[]]>([
  ['a prompt that was refused', { promptFeedback: { blockReason: 'SAFETY' } }, ['SAFETY']],
  [
    'one whose refusal has no word',
    { promptFeedback: { safetyRatings: [] }, ...counted },
    ['BLOCKED_REASON_UNSPECIFIED'],
  ],
  ['an answer without a word', { candidates: [{ index: 0 }], ...counted }, ['']],
  ['one that was but counted', counted, ['']],
  ['what nobody counted', { modelVersion: 'gemini' }, []],
])('Without candidates: %s', (_, body, ends) => {
  const raws = gemini.parts(body).flatMap((part) => (part.type === 'finish' ? [part.raw] : []))
  expect(raws).toEqual(ends)
})

const blocksOf = (...parts: JsonObject[]) =>
  collect(gemini.parts({ candidates: [{ content: { parts } }] })).content

test('Counts add up where what was cached is not told by its kind.', () => {
  const promptTokensDetails = [
    { modality: 'TEXT', tokenCount: 40 },
    { modality: 'IMAGE', tokenCount: 60 },
  ]
  const usageMetadata = { promptTokenCount: 100, cachedContentTokenCount: 70, promptTokensDetails }
  expect(collect(gemini.parts({ usageMetadata })).usage).toMatchObject({
    input: 0,
    cacheRead: 70,
    imageInput: 30,
  })
})

test('Words are words, whatever is said about them beside.', () => {
  expect(
    blocksOf(
      { text: 'a', partMetadata: { x: 1 } },
      { text: 'b', mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } },
      { text: '', newKind: { x: 1 } },
    ),
  ).toEqual([
    { type: 'text', text: 'ab' },
    { type: 'unknown', data: { text: '', newKind: { x: 1 } }, wire: 'gemini' },
  ])
})

test('A file that the model made may stand in a store.', () => {
  const fileData = { fileUri: 'gs://bucket/a.png', mimeType: 'image/png' }
  expect(blocksOf({ fileData })).toEqual([
    { type: 'file', url: 'gs://bucket/a.png', mimeType: 'image/png' },
  ])
})

test('Samples that come in pieces are one sound.', () => {
  const mimeType = 'audio/L16;codec=pcm;rate=24000'
  const piece = (...bytes: number[]) => ({
    inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') },
  })
  const events = [
    { candidates: [{ content: { parts: [piece(1)] } }] },
    { candidates: [{ content: { parts: [piece(2, 3)] } }] },
    { candidates: [{ content: { parts: [{ text: 'a' }, piece(4)] }, finishReason: 'STOP' }] },
  ]
  const decoder = gemini.decoder()
  const parts = events.flatMap((event) =>
    decoder.push({ event: 'message', data: JSON.stringify(event) }),
  )
  const sound = (...bytes: number[]) => ({
    type: 'file',
    url: `data:${mimeType};base64,${Buffer.from(bytes).toString('base64')}`,
    mimeType,
  })
  expect(collect(parts).content).toEqual([sound(1, 2, 3), { type: 'text', text: 'a' }, sound(4)])
})

test.each([
  [14, 'IMAGE_OTHER', 'unknown'],
  [99, '99', 'unknown'],
  ['BRAND_NEW', 'BRAND_NEW', 'unknown'],
])('An end by %s is an end.', (finishReason, raw, reason) => {
  const answer = collect(gemini.parts({ candidates: [{ finishReason }] }))
  expect([answer.finishRaw, answer.finish]).toEqual([raw, reason])
})

test('No JSON makes it throw.', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (body, value) => {
      const event = JSON.stringify({ candidates: [{ content: { parts: [value] } }] })
      const json = asObject(JSON.parse(JSON.stringify(body))) ?? {}
      gemini.parts(json)
      gemini.decoder().push({ event: 'message', data: event })
      gemini.encode(decodeGenerate({ ...json, contents: JSON.parse(event) }), target, {})
    }),
  )
})

const recordings = [...recordingsOf('gemini', 'gemini'), ...recordingsOf('vertex', 'gemini')]
const answers = recordings.filter(
  ({ status, response_text: text }) => status === 200 && !text.startsWith('['),
)

/** What a response says, read in the plainest way. */
function said(bodies: readonly JsonObject[]) {
  const parts = bodies.flatMap(({ candidates }) =>
    objectsIn(candidates)
      .slice(0, 1)
      .flatMap(({ content }) => objectsIn(asObject(content)?.['parts'])),
  )
  const texts = (thought: boolean) =>
    parts
      .filter((part) => (part['thought'] === true) === thought)
      .map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
      .join('')
  return {
    text: texts(false),
    thoughts: texts(true),
    signatures: parts.flatMap((part) => part['thoughtSignature'] ?? []),
    calls: parts.flatMap((part) => asObject(part['functionCall'])?.['name'] ?? []),
  }
}

/** A part of the provider's own is kept whole, with the signature in it. */
function signatureOf(block: Block) {
  if (block.type === 'unknown') return asObject(block.data)?.['thoughtSignature'] ?? []
  return 'signature' in block ? (block.signature ?? []) : []
}

test.each(answers)('Everything in $id arrives.', ({ stream, response_text: text }) => {
  const bodies = stream ? eventsOf(text) : [asObject(JSON.parse(text)) ?? {}]
  const decoder = gemini.decoder()
  const parts = stream
    ? bodies.flatMap((body) => decoder.push({ event: 'message', data: JSON.stringify(body) }))
    : bodies.flatMap((body) => gemini.parts(body))
  const { content, finish, error } = collect(parts)
  const join = (type: Block['type']) =>
    content.map((block) => (block.type === type && 'text' in block ? block.text : '')).join('')
  expect({
    text: join('text'),
    thoughts: join('thought'),
    signatures: content.flatMap(signatureOf),
    calls: content.flatMap((block) => (block.type === 'tool_call' ? [block.name] : [])),
  }).toEqual(said(bodies))
  expect(error).toBeNull()
  expect(finish).not.toBeNull()
})

const web = (uri: string) => ({ web: { uri, title: uri } })
const at = (jsonPath: string, value: JsonObject) => ({ jsonPath, ...value })

test('Places in the text are told in bytes, and read in letters.', () => {
  const segment = { startIndex: 7, endIndex: 12, text: 'naïv' }
  const body = {
    candidates: [
      {
        content: { parts: [{ text: 'Größ' }, { text: ' naïve' }] },
        groundingMetadata: {
          groundingChunks: [web('a'), web('b')],
          groundingSupports: [{ segment, groundingChunkIndices: [1] }],
        },
      },
    ],
  }
  const cited = gemini.parts(body).filter((part) => part.type === 'citation')
  expect(cited.map(({ citation }) => citation)).toMatchObject([
    { url: 'a' },
    { url: 'b', startIndex: 5, endIndex: 9, citedText: 'naïv' },
  ])
  expect(cited[0]?.citation).not.toHaveProperty('startIndex')
})

const partial = (functionCall: JsonObject, more: JsonObject = {}) => ({
  event: 'message',
  data: JSON.stringify({ candidates: [{ content: { parts: [{ functionCall }] }, ...more }] }),
})

test('Arguments that come in pieces are one JSON object.', () => {
  const decoder = gemini.decoder()
  const parts = [
    partial({ name: 'f', id: 'x', willContinue: true }),
    partial({
      partialArgs: [at('$.city', { stringValue: 'New ', willContinue: true })],
      willContinue: true,
    }),
    partial({ partialArgs: [at('$.city', { stringValue: 'Delhi' })], willContinue: true }),
    partial({
      partialArgs: [
        at('$.days[1].n', { numberValue: 2 }),
        at("$['a b']", { boolValue: true }),
        at('$.none', { nullValue: 'NULL_VALUE' }),
      ],
      willContinue: true,
    }),
    partial({}),
    partial({ name: 'g', willContinue: true }, { finishReason: 'STOP' }),
  ].flatMap((event) => decoder.push(event))
  const args = { city: 'New Delhi', days: [null, { n: 2 }], 'a b': true, none: null }
  expect(collect(parts)).toMatchObject({
    content: [
      { type: 'tool_call', id: 'x', name: 'f', arguments: JSON.stringify(args) },
      { type: 'tool_call', name: 'g', arguments: '{}' },
    ],
    finish: 'tool_call',
  })
})
