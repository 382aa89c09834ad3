import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Answer, Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { MessagesDecoder } from './decoder.ts'
import { readMessage } from './read.ts'

function decoded(events: readonly Json[]): Part[] {
  const decoder = new MessagesDecoder()
  return events.flatMap((event) => decoder.push({ event: 'x', data: JSON.stringify(event) }))
}

function answerOf(parts: readonly Part[]): Answer {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer()
}

const blocksOf = (...events: readonly Json[]) => answerOf(decoded(events)).content
const start = (content_block: JsonObject, index = 0) => ({
  type: 'content_block_start',
  index,
  content_block,
})
const delta = (type: string, fields: JsonObject, index = 0) => ({
  type: 'content_block_delta',
  index,
  delta: { type, ...fields },
})
const stop = (index = 0) => ({ type: 'content_block_stop', index })

test('an empty thought keeps its signature, and a hidden one its data', () => {
  expect(
    blocksOf(
      start({ type: 'thinking', thinking: '', signature: '' }),
      delta('signature_delta', { signature: 'one' }),
      stop(),
      start({ type: 'redacted_thinking', data: 'hidden' }, 1),
      stop(1),
      start({ type: 'thinking', thinking: '' }, 2),
      delta('thinking_delta', { thinking: 'So' }, 2),
      delta('signature_delta', { signature: 'two' }, 2),
      stop(2),
    ),
  ).toEqual([
    { type: 'thought', text: null, signature: 'one' },
    { type: 'thought', text: null, data: 'hidden' },
    { type: 'thought', text: 'So', signature: 'two' },
  ])
})

test('two texts in a row stay two, each with its citations', () => {
  const raw = { type: 'char_location', cited_text: 'b', document_title: 'Book' }
  expect(
    blocksOf(
      start({ type: 'text', text: '' }),
      delta('text_delta', { text: 'a' }),
      stop(),
      start({ type: 'text', text: '' }, 1),
      delta('citations_delta', { citation: raw }, 1),
      delta('text_delta', { text: 'b' }, 1),
      stop(1),
    ),
  ).toEqual([
    { type: 'text', text: 'a' },
    {
      type: 'text',
      text: 'b',
      citations: [
        {
          title: 'Book',
          citedText: 'b',
          startIndex: 0,
          endIndex: 1,
          raw,
          wire: 'anthropic_messages',
        },
      ],
    },
  ])
})

test.each([
  ['in pieces', {}, ['{"a"', ':1}'], '{"a":1}'],
  ['whole at the start', { a: 1 }, [], '{"a":1}'],
  ['never, for there are none', {}, [''], '{}'],
])('arguments come %s', (_, input, pieces, expected) => {
  const [call] = blocksOf(
    start({ type: 'tool_use', id: 'c', name: 'f', input }),
    ...pieces.map((partial_json) => delta('input_json_delta', { partial_json })),
    stop(),
  )
  expect(call).toEqual({ type: 'tool_call', id: 'c', name: 'f', arguments: expected })
})

const call = (name: string) => [
  { type: 'content_block_start', content_block: { type: 'tool_use', id: name, name, input: {} } },
  {
    type: 'content_block_delta',
    delta: { type: 'input_json_delta', partial_json: `{"of":"${name}"}` },
  },
  { type: 'content_block_stop' },
]

test('servers that leave numbers out send one block at a time', () => {
  expect(blocksOf(...call('f'), ...call('g'))).toMatchObject([
    { name: 'f', arguments: '{"of":"f"}' },
    { name: 'g', arguments: '{"of":"g"}' },
  ])
})

test('blocks without a noun are kept whole', () => {
  const block = { type: 'server_tool_use', id: 's', name: 'web_search' }
  expect(
    blocksOf(
      start({ ...block, input: {} }),
      delta('input_json_delta', { partial_json: '{"query":' }),
      delta('input_json_delta', { partial_json: '"x"}' }),
      stop(),
      start({ type: 'compaction', content: null }, 1),
      delta('compaction_delta', { content: 'So far' }, 1),
      stop(1),
    ),
  ).toEqual([
    { type: 'unknown', data: { ...block, input: { query: 'x' } }, wire: 'anthropic_messages' },
    {
      type: 'unknown',
      data: { type: 'compaction', content: 'So far' },
      wire: 'anthropic_messages',
    },
  ])
})

test('what the first report of usage guesses or splits does not count twice', () => {
  const first = {
    input_tokens: 3,
    cache_creation_input_tokens: 1000,
    cache_read_input_tokens: 7,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 1000 },
    output_tokens: 8,
  }
  const last = {
    input_tokens: 3,
    cache_creation_input_tokens: 1000,
    cache_read_input_tokens: 7,
    output_tokens: 100,
    output_tokens_details: { thinking_tokens: 95 },
  }
  const { usage } = answerOf(
    decoded([
      { type: 'message_start', message: { usage: first } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: last },
    ]),
  )
  expect(usage).toMatchObject({
    input: 3,
    cacheRead: 7,
    cacheWrite: 0,
    cacheWrite1h: 1000,
    output: 5,
    reasoning: 95,
  })
})

test('a stream that ends before its last report has an unknown output', () => {
  const usage = { input_tokens: 3, output_tokens: 1 }
  expect(answerOf(decoded([{ type: 'message_start', message: { usage } }])).usage).toMatchObject({
    input: 3,
    output: null,
  })
})

test.each([
  ['end_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['stop_sequence', 'stop_sequence'],
  ['tool_use', 'tool_call'],
  ['refusal', 'content_filter'],
  ['pause_turn', 'unknown'],
  ['something new', 'unknown'],
])('%s ends an answer as %s', (raw, reason) => {
  const message = { stop_reason: raw, stop_sequence: 'END' }
  const finish = { type: 'finish', reason, raw, stopSequence: 'END' }
  expect(decoded([{ type: 'message_delta', delta: message }])).toContainEqual(finish)
  expect(readMessage(message)).toContainEqual(finish)
})

test('an error inside a stream has the status that its kind means', () => {
  const error = { type: 'overloaded_error', message: 'Overloaded' }
  expect(decoded([{ type: 'error', error }])).toMatchObject([
    { type: 'error', error: { message: 'Overloaded', status: 529, type: 'overloaded_error' } },
  ])
})

test('both of the marks there are end a stream', () => {
  for (const data of ['{"type":"message_stop"}', '[DONE]']) {
    const decoder = new MessagesDecoder()
    expect(decoder.push({ event: 'message_stop', data })).toEqual([])
    expect(decoder.done).toBe(true)
  }
})

test('takes any JSON', () => {
  const kinds = ['message_start', 'content_block_start', 'content_block_delta', 'message_delta']
  const block = fc.record(
    {
      type: fc.constantFrom('text', 'thinking', 'tool_use', 'text_delta', 'input_json_delta'),
      text: fc.jsonValue(),
      input: fc.jsonValue(),
      citations: fc.jsonValue(),
      partial_json: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  const event = fc.record(
    {
      type: fc.constantFrom(...kinds, 'content_block_stop', 'error'),
      index: fc.jsonValue(),
      message: fc.jsonValue(),
      delta: fc.oneof(block, fc.jsonValue()),
      content_block: fc.oneof(block, fc.jsonValue()),
      usage: fc.jsonValue(),
      error: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(event, fc.jsonValue())), (events) => {
      answerOf(decoded(events as Json[]))
      for (const each of events) readMessage({ content: each as Json, usage: each as Json })
    }),
  )
})
