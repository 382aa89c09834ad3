import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Part } from '../domain/chat.ts'
import { Collector } from '../domain/collect.ts'
import { UNKNOWN_USAGE } from '../domain/usage.ts'
import type { JsonObject } from '../lib/json.ts'
import {
  openaiCompletions,
  openaiEmbeddings,
  openaiImages,
  openaiModerations,
  openaiSpeech,
  openaiTranscription,
  rerank,
} from './openai-operations.ts'
import type { Wire } from './provider.ts'

const TARGET = { model: 'm', stream: false, options: {} }

function streamed(wire: Wire, ...events: JsonObject[]): Part[] {
  const decoder = wire.decoder()
  return events.flatMap((event) => decoder.push({ event: 'message', data: JSON.stringify(event) }))
}

function answerOf(parts: readonly Part[]) {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer()
}

test('reads embeddings with what they used and cost', () => {
  const usage = { prompt_tokens: 3, total_tokens: 3, cost: 6e-8 }
  const data = [
    { index: 1, embedding: [1] },
    { index: 0, embedding: 'AACAPwAAAL8=' },
  ]
  expect(openaiEmbeddings.parts({ object: 'list', data, usage, provider: 'p' })).toEqual([
    { type: 'embedding', index: 1, vector: [1] },
    { type: 'embedding', index: 0, vector: [1, -0.5] },
    { type: 'raw', level: 'response', fields: { provider: 'p' } },
    { type: 'usage', usage: { ...UNKNOWN_USAGE, input: 3 }, raw: usage, reportedCost: 6e-8 },
  ])
})

test('writes embedding requests, of texts and of tokens', () => {
  const request = { inputs: ['a', [1, 2]], dimensions: 8, extra: { user: 'u' } }
  const body = { model: 'm', input: ['a', [1, 2]], dimensions: 8 }
  expect(openaiEmbeddings.encode({ ...request, wire: 'x' }, TARGET)).toEqual({
    body,
    dropped: ['`user`'],
  })
  expect(openaiEmbeddings.encode({ ...request, wire: 'openai_embeddings' }, TARGET)).toEqual({
    body: { ...body, user: 'u' },
    dropped: [],
  })
})

test('a completion in chunks reads as it does whole', () => {
  const usage = { prompt_tokens: 2, completion_tokens: 3 }
  const logprobs = { tokens: ['a'] }
  const whole = {
    choices: [
      { index: 0, text: 'ab', logprobs, finish_reason: 'stop' },
      { index: 1, text: 'c', logprobs: null, finish_reason: 'length' },
    ],
    usage,
  }
  const parts = streamed(
    openaiCompletions,
    { choices: [{ index: 0, text: 'a', logprobs, finish_reason: null }] },
    { choices: [{ index: 1, text: 'c', finish_reason: 'length' }] },
    { choices: [{ index: 0, text: 'b', finish_reason: 'stop' }] },
    { choices: [], usage },
  )
  expect(answerOf(parts)).toEqual(answerOf(openaiCompletions.parts(whole)))
  expect(answerOf(parts)).toMatchObject({
    content: [{ type: 'text', text: 'ab' }, { type: 'unknown' }],
    usage: { input: 2, output: 3 },
    finish: 'stop',
  })
  expect(parts[1]).toEqual({ type: 'raw', level: 'choice', fields: { logprobs } })
})

test('a completion that fills a gap may be written as a message', () => {
  const message = { role: 'assistant', content: 'x' }
  const whole = openaiCompletions.parts({ choices: [{ message, finish_reason: 'stop' }] })
  expect(answerOf(whole).content).toEqual([{ type: 'text', text: 'x' }])
})

test('pictures are files, and their tokens are told apart', () => {
  const usage = {
    input_tokens: 50,
    output_tokens: 1056,
    total_tokens: 1106,
    input_tokens_details: { text_tokens: 10, image_tokens: 40 },
  }
  const data = [{ b64_json: 'AAAA' }, { url: 'https://example.com/a.png' }]
  expect(answerOf(openaiImages.parts({ data, usage, output_format: 'webp' }))).toMatchObject({
    content: [
      { type: 'file', url: 'data:image/webp;base64,AAAA', mimeType: 'image/webp' },
      { type: 'file', url: 'https://example.com/a.png' },
    ],
    usage: { ...UNKNOWN_USAGE, input: 10, imageInput: 40, output: 1056 },
  })
  const streamedParts = streamed(
    openaiImages,
    { type: 'image_generation.partial_image', b64_json: 'BBBB' },
    { type: 'image_generation.completed', b64_json: 'AAAA', usage },
  )
  expect(answerOf(streamedParts)).toMatchObject({
    content: [{ type: 'file', url: 'data:image/png;base64,AAAA' }],
    usage: { imageInput: 40 },
    finish: 'stop',
  })
})

test('speech in events says that it began, what it used and that it ended', () => {
  const usage = { input_tokens: 4, output_tokens: 90, total_tokens: 94 }
  const delta = { type: 'speech.audio.delta', audio: 'AAAA' }
  const done = { type: 'speech.audio.done', usage }
  const parts = streamed(openaiSpeech, delta, delta, done)
  expect(answerOf(parts)).toMatchObject({
    content: [{ type: 'unknown', data: { type: 'audio' } }],
    usage: { input: 4, output: 90 },
    finish: 'stop',
  })
})

test('a transcript reads the same in pieces and whole', () => {
  const usage = {
    type: 'tokens',
    input_tokens: 14,
    input_token_details: { text_tokens: 4, audio_tokens: 10 },
    output_tokens: 5,
    total_tokens: 19,
  }
  const parts = streamed(
    openaiTranscription,
    { type: 'transcript.text.delta', delta: 'Hello ' },
    { type: 'transcript.text.delta', delta: 'there' },
    { type: 'transcript.text.done', text: 'Hello there', usage },
  )
  const whole = answerOf(openaiTranscription.parts({ text: 'Hello there', usage }))
  expect(answerOf(parts)).toEqual({ ...whole, finish: 'stop', finishRaw: 'done' })
  expect(whole).toMatchObject({
    content: [{ type: 'text', text: 'Hello there' }],
    usage: { ...UNKNOWN_USAGE, input: 4, audioInput: 10, output: 5 },
  })
})

test('a transcript that is not sent in pieces is in the last event', () => {
  const parts = streamed(openaiTranscription, { type: 'transcript.text.done', text: 'Hello' })
  expect(answerOf(parts).content).toEqual([{ type: 'text', text: 'Hello' }])
})

test.each<[string, JsonObject, object | null]>([
  ['in units of search', { meta: { billed_units: { search_units: 1 } } }, UNKNOWN_USAGE],
  ['in tokens', { usage: { prompt_tokens: 5, total_tokens: 5 } }, { ...UNKNOWN_USAGE, input: 5 }],
  ['in all tokens', { usage: { total_tokens: 5 } }, { ...UNKNOWN_USAGE, input: 5 }],
  ['not at all', {}, null],
])('a ranking stays as it is; what it used is told %s', (_, used, usage) => {
  const body = { results: [{ index: 0, relevance_score: 0.5 }], ...used }
  const parts = rerank.parts(body)
  expect(parts[0]).toEqual({ type: 'raw', level: 'response', fields: body })
  expect(answerOf(parts).usage).toEqual(usage)
})

test('errors are read as everywhere', () => {
  const error = { message: 'No.', type: 't', code: null }
  expect(openaiModerations.error({ error })).toMatchObject({ message: 'No.' })
  expect(openaiModerations.error({ results: [] })).toBeNull()
  const event = { type: 'error', error }
  for (const wire of [openaiImages, openaiSpeech, openaiTranscription]) {
    expect(answerOf(streamed(wire, event)).error).toMatchObject({ message: 'No.' })
  }
})

test('no JSON makes any of them throw', () => {
  const wires = [
    openaiEmbeddings,
    openaiCompletions,
    openaiImages,
    openaiModerations,
    openaiSpeech,
    openaiTranscription,
    rerank,
  ]
  const types = ['image_generation.completed', 'speech.audio.done', 'transcript.text.delta']
  const some = fc.tuple(fc.json({ maxDepth: 6 }), fc.constantFrom(...types))
  fc.assert(
    fc.property(some, ([json, type]) => {
      const shaped = `{"type":"${type}","delta":${json},"usage":${json},"data":[${json},{"embedding":${json}}],"choices":[${json},{"text":${json}}],"text":${json},"meta":${json}}`
      for (const wire of wires) {
        const decoder = wire.decoder()
        for (const data of [json, shaped]) decoder.push({ event: 'message', data })
        expect(answerOf(wire.parts(JSON.parse(shaped)))).toBeDefined()
      }
    }),
  )
})
