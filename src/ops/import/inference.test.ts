import { expect, test } from 'vitest'
import type { Block } from '../../domain/chat.ts'
import { asArray, asObject, asString } from '../../lib/json.ts'
import type { Row } from '../../store/row.ts'
import { importedRecord } from './inference.ts'

const ID = '019ab1c2-0000-7000-8000-000000000001'

const chat: Row = {
  type: 'chat',
  key: ID,
  episode: ID,
  function_name: 'f',
  variant_name: 'v',
  input: '{"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}',
  output: '[{"type":"text","text":"Second"}]',
  inference_params: '{"chat_completion":{"temperature":1}}',
  processing_time_ms: 70,
  ttft_ms: 20,
  tags: { a: 'b' },
  snapshot: '0xff',
}

const callOf = (number: number, text: string, more: Row = {}): Row => ({
  key: `019ab1c2-0000-7000-8000-00000000001${number}`,
  inference: ID,
  model_name: `model ${number}`,
  model_provider_name: 'p',
  input_tokens: 10,
  output_tokens: 4,
  provider_cache_read_input_tokens: 3,
  provider_cache_write_input_tokens: null,
  response_time_ms: 30,
  ttft_ms: null,
  cached: false,
  cost: '0.000000005',
  finish_reason: 'stop',
  raw_request: '{"model":"m-1"}',
  raw_response: '{}',
  system: 'Be kind.',
  input_messages: '[{"role":"user","content":[{"type":"text","text":"Hi"}]}]',
  output: JSON.stringify([{ type: 'text', text }]),
  ...more,
})

const readBlocks = (content: unknown): Block[] =>
  asArray(content).map((block) => ({
    type: 'text',
    text: asString(asObject(block)?.['text']) ?? '',
  }))

const imported = (row: Row, calls: readonly Row[]) => importedRecord(row, calls, readBlocks)

test('of several calls the one that gave the answer is the inference’s own', () => {
  const record = imported(chat, [
    callOf(1, 'First'),
    callOf(2, 'Second'),
    callOf(3, '{"choice":1}'),
  ])
  expect(record).toMatchObject({
    model: 'model 2',
    requestedModel: 'f',
    stream: true,
    latencyUs: 70_000,
    ttftUs: 20_000,
    finish: 'stop',
    configHash: '255',
    costNano: 15,
    usage: { input: 21, cacheRead: 9, cacheWrite: null, output: 12 },
    params: { temperature: 1 },
    input: [
      { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ],
    inputPreview: 'Hi',
    outputPreview: 'Second',
  })
  expect(
    record.attempts.map(({ number, input, upstreamModel }) => [number, !input, upstreamModel]),
  ).toEqual([
    [1, false, 'm-1'],
    [2, true, 'm-1'],
    [3, false, 'm-1'],
  ])
})

test('an answer from the cache used and cost nothing', () => {
  const record = imported(chat, [callOf(1, 'Second', { cached: true })])
  expect(record).toMatchObject({ costNano: 0, usage: { input: 0, output: 0 } })
})

test('what was not recorded is unknown', () => {
  const unknown = { input_tokens: null, output_tokens: null, cost: null, finish_reason: null }
  const [attempt] = imported(chat, [callOf(1, 'Second', unknown)]).attempts
  expect(attempt).toMatchObject({
    usage: null,
    usageSource: 'unknown',
    costNano: null,
    finish: null,
  })
})

test('an inference whose texts and calls are gone has its facts', () => {
  const { input: _input, output: _output, inference_params: _params, ...facts } = chat
  const gone = { ...facts, input: null, output: null, inference_params: null }
  expect(imported(gone, [])).toMatchObject({
    attempts: [],
    model: null,
    usage: null,
    costNano: null,
    native: { type: 'chat', input: { messages: [] }, output: [] },
  })
  expect(imported({ ...gone, type: 'json' }, []).native).toMatchObject({
    type: 'json',
    output: { raw: null, parsed: null },
  })
})

test.each<[string, Row, string]>([
  ['no JSON', { input: '{' }, 'Column input does not hold JSON.'],
  ['no object', { tags: '[]' }, 'Column tags does not hold an object.'],
  ['no text', { variant_name: 3 }, 'Column variant_name does not hold text.'],
])('a row with %s in its place is refused', (_, wrong, message) => {
  expect(() => imported({ ...chat, ...wrong }, [])).toThrow(message)
})
