import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { UNKNOWN_USAGE } from '../../domain/usage.ts'
import type { JsonObject } from '../../lib/json.ts'
import { ollamaChat } from '../ollama-chat.ts'
import { OllamaDecoder } from './read.ts'

function streamed(...lines: JsonObject[]): Part[] {
  const decoder = new OllamaDecoder()
  return lines.flatMap((line) => decoder.push({ event: 'message', data: JSON.stringify(line) }))
}

function answerOf(parts: readonly Part[]) {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer()
}

const END = { done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 3 }

test('reads thinking, text, calls, usage and the reason of the end', () => {
  const calls = [
    { id: 'a', function: { index: 0, name: 'add', arguments: { x: 1 } } },
    { id: 'b', function: { index: 0, name: 'mul', arguments: {} } },
  ]
  const message = { role: 'assistant', thinking: 'Hm.', content: 'Hi.', tool_calls: calls }
  expect(answerOf(ollamaChat.parts({ model: 'm', message, ...END, total_duration: 9 }))).toEqual({
    content: [
      { type: 'thought', text: 'Hm.' },
      { type: 'text', text: 'Hi.' },
      { type: 'tool_call', id: 'a', name: 'add', arguments: '{"x":1}' },
      { type: 'tool_call', id: 'b', name: 'mul', arguments: '{}' },
    ],
    usage: { ...UNKNOWN_USAGE, input: 7, output: 3 },
    finish: 'tool_call',
    finishRaw: 'stop',
    error: null,
  })
})

test('a stream and the whole of it read as the same answer', () => {
  const pieces = fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 6 })
  fc.assert(
    fc.property(pieces, pieces, fc.nat({ max: 3 }), (thoughts, texts, count) => {
      const calls = Array.from({ length: count }, (_, index) => ({
        id: `c${index}`,
        function: { name: 'f', arguments: { index } },
      }))
      const whole = {
        message: { thinking: thoughts.join(''), content: texts.join(''), tool_calls: calls },
        ...END,
      }
      const lines = [
        ...thoughts.map((thinking) => ({ message: { content: '', thinking }, done: false })),
        ...texts.map((content) => ({ message: { content }, done: false })),
        ...calls.map((call) => ({ message: { content: '', tool_calls: [call] }, done: false })),
        { message: { content: '' }, ...END },
      ]
      expect(answerOf(streamed(...lines))).toEqual(answerOf(ollamaChat.parts(whole)))
    }),
  )
})

test('calls without ids get some that differ within an answer and from one answer to the next', () => {
  const call = { function: { name: 'f', arguments: {} } }
  const ids = (at: string) =>
    ollamaChat
      .parts({ created_at: at, message: { tool_calls: [call, call] } })
      .flatMap((part) => (part.type === 'tool_call' ? [part.id] : []))
  const both = [...ids('2026-05-04T22:47:30.957165Z'), ...ids('2026-05-04T22:47:31.1Z')]
  expect(new Set(both).size).toBe(4)
  expect(ids('2026-05-04T22:47:31.1Z')).toEqual(both.slice(2))
})

test.each([
  ['length', 'length'],
  ['stop', 'stop'],
  ['load', 'unknown'],
  ['unload', 'unknown'],
])('an end by %s is %s', (raw, reason) => {
  const parts = ollamaChat.parts({ message: {}, done: true, done_reason: raw })
  expect(parts).toEqual([{ type: 'finish', reason, raw }])
})

test('an old server gives no reason, and none for a prompt it has read before', () => {
  expect(ollamaChat.parts({ message: {}, done: true, eval_count: 2 })).toEqual([
    {
      type: 'usage',
      usage: { ...UNKNOWN_USAGE, output: 2 },
      raw: { eval_count: 2 },
    },
    { type: 'finish', reason: 'stop', raw: 'stop' },
  ])
})

test('reads probabilities, times and pictures', () => {
  const logprobs = [{ token: 'Hi', logprob: -1, bytes: [72, 105] }]
  const message = { content: 'Hi', images: ['/9j/AA'], mood: 'good' }
  expect(streamed({ message, logprobs, load_duration: 5, done: false })).toEqual([
    { type: 'text', text: 'Hi' },
    { type: 'file', url: 'data:image/jpeg;base64,/9j/AA', mimeType: 'image/jpeg' },
    { type: 'raw', level: 'message', fields: { mood: 'good' } },
    { type: 'raw', level: 'choice', fields: { logprobs: { content: logprobs } } },
    { type: 'raw', level: 'response', fields: { load_duration: 5 } },
  ])
})

test('an error may come in the middle of a stream', () => {
  const parts = streamed({ message: { content: 'Hi' }, done: false }, { error: 'out of memory' })
  expect(answerOf(parts)).toMatchObject({ finish: null, error: { message: 'out of memory' } })
  expect(ollamaChat.error({ error: 'no such model' })).toMatchObject({ message: 'no such model' })
  expect(ollamaChat.error({ message: { content: 'Hi' }, done: true })).toBeNull()
})

test('a stream is over when a line says so', () => {
  const decoder = ollamaChat.decoder()
  decoder.push({ event: 'message', data: '{"message":{},"done":false}' })
  expect(decoder.done).toBe(false)
  decoder.push({ event: 'message', data: '{"message":{},"done":true}' })
  expect(decoder.done).toBe(true)
})

test('no JSON makes it throw', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => {
      const decoder = new OllamaDecoder()
      const shaped = `{"message":{"content":${json},"tool_calls":[${json},{"function":${json}}],"images":[${json}]},"logprobs":${json},"error":${json},"done":true,"eval_count":${json}}`
      for (const data of [json, shaped, `${json}x`]) {
        expect(answerOf(decoder.push({ event: 'message', data }))).toBeDefined()
      }
    }),
  )
})
