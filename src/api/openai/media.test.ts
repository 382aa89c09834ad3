import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { asObject, type JsonObject, objectsIn } from '../../lib/json.ts'
import { readEvents } from '../../lib/sse.ts'
import { readCompletion } from '../../providers/openai-chat/read.ts'
import type { Envelope } from '../dialect.ts'
import { envelope as foreign } from '../fixtures/envelope.ts'
import { encodeCompletion } from './encode.ts'
import { ChunkEncoder } from './encode-stream.ts'
import { decodeInput } from './responses/decode.ts'
import { encodeResponse } from './responses/encode.ts'
import { ResponseEncoder } from './responses/encode-stream.ts'

const envelope: Envelope = { ...foreign, wire: 'gemini' }
const picture: Part = { type: 'file', url: 'data:image/png;base64,AA', mimeType: 'image/png' }
const sound: Part = { type: 'file', url: 'data:audio/wav;base64,BB', mimeType: 'audio/wav' }

function streamed(parts: readonly Part[]): JsonObject[] {
  const text = new ChunkEncoder(envelope, true).encode(parts)
  const [event] = readEvents(Buffer.from(text))
  const chunk: JsonObject = JSON.parse(event?.data ?? '{}')
  return objectsIn(objectsIn(chunk['choices']).map(({ delta }) => delta ?? null))
}

test('pictures and sounds of a chat answer stand where its clients look for each', () => {
  const expected = {
    images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }],
    audio: { data: 'BB' },
  }
  const [choice] = objectsIn(encodeCompletion(envelope, [picture, sound])['choices'])
  expect(asObject(choice?.['message'])).toMatchObject(expected)
  expect(streamed([picture, sound])).toMatchObject([expected])
})

test('a picture of Responses goes back in its own words', () => {
  const raw = { id: 'ig_1', type: 'image_generation_call', revised_prompt: 'A cat.' }
  const file: Part = { ...picture, raw, wire: 'openai_responses' }
  expect(objectsIn(encodeResponse(envelope, [file])['output'])).toMatchObject([
    { ...raw, result: 'AA', status: 'completed' },
  ])
  expect(objectsIn(encodeResponse(envelope, [picture])['output'])).toMatchObject([
    { type: 'image_generation_call', result: 'AA' },
  ])
})

test('what was spoken is a message of Responses, and comes back as a file', () => {
  const output_audio = { type: 'output_audio', data: 'BB', transcript: '' }
  const output = objectsIn(encodeResponse(envelope, [sound])['output'])
  expect(output).toMatchObject([{ type: 'message', role: 'assistant', content: [output_audio] }])
  const stream = new ResponseEncoder(envelope)
  const events = readEvents(Buffer.from(stream.encode([sound]) + stream.end()))
  const last = asObject(JSON.parse(events.at(-1)?.data ?? '{}')['response'])
  expect(last?.['output']).toEqual(output)
  expect(decodeInput(output)).toMatchObject([
    { role: 'assistant', content: [{ type: 'file', url: 'data:audio/pcm;base64,BB' }] },
  ])
})

test('sound is counted apart', () => {
  const usage = {
    input: 1,
    cacheRead: null,
    cacheWrite: 2,
    cacheWrite1h: 3,
    audioInput: 4,
    imageInput: null,
    output: 5,
    reasoning: null,
    audioOutput: 6,
  }
  expect(encodeCompletion(envelope, [{ type: 'usage', usage, raw: {} }])['usage']).toEqual({
    prompt_tokens: 10,
    completion_tokens: 11,
    total_tokens: 21,
    prompt_tokens_details: { audio_tokens: 4 },
    completion_tokens_details: { audio_tokens: 6 },
    tensorzero_provider_cache_write_input_tokens: 5,
    tensorzero_cost: null,
  })
})

test('what stands beside a picture of this format stays there', () => {
  const image = { type: 'image_url', index: 1, image_url: { url: 'data:image/png;base64,AA' } }
  const chunk = { choices: [{ index: 0, delta: { images: [image] } }] }
  const parts = readCompletion(chunk)
  const spoken = { ...envelope, wire: 'openai_chat' } as const
  const [choice] = objectsIn(encodeCompletion(spoken, parts)['choices'])
  expect(asObject(choice?.['message'])?.['images']).toEqual([image])
  expect(streamed(parts)[0]?.['images']).toEqual([image])
})
