import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { UNKNOWN_USAGE } from '../../domain/usage.ts'
import { asObject, asString, type JsonObject, objectsIn } from '../../lib/json.ts'
import { SseReader } from '../../lib/sse.ts'
import { MessagesDecoder } from '../../providers/anthropic-messages/decoder.ts'
import { envelope } from '../fixtures/envelope.ts'
import { encodeMessage } from './encode.ts'
import { MessagesEncoder } from './encode-stream.ts'

const WIRE = 'anthropic_messages'
const whole = (...parts: Part[]) => encodeMessage(envelope, parts)

/** The events of a stream in which each part came alone. */
function streamed(parts: readonly Part[]): { text: string; events: JsonObject[] } {
  const encoder = new MessagesEncoder(envelope)
  const text = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
  const events = new SseReader().push(Buffer.from(text)).map(({ event, data }) => {
    const body: JsonObject = JSON.parse(data)
    expect(body['type']).toBe(event)
    return body
  })
  return { text, events }
}

/** What a client makes of the stream. */
function readBack(parts: readonly Part[]) {
  const decoder = new MessagesDecoder()
  const collector = new Collector()
  for (const event of new SseReader().push(Buffer.from(streamed(parts).text))) {
    for (const part of decoder.push(event)) collector.add(part)
  }
  return collector.answer()
}

const call = (index: number): Part => ({ type: 'tool_call', index, id: `c${index}`, name: 'f' })
const input = (index: number, text: string): Part => ({ type: 'tool_arguments', index, text })
const usage = {
  ...UNKNOWN_USAGE,
  input: 5,
  cacheRead: 10,
  cacheWrite: 0,
  cacheWrite1h: 100,
  output: 7,
  reasoning: 3,
}

test('a message has its blocks, its end and its usage', () => {
  const raw = { type: 'web_search_tool_result', content: [] }
  expect(
    whole(
      { type: 'reasoning', text: '', begins: true, signature: 'one' },
      { type: 'reasoning', text: 'x', begins: true, signature: 'two' },
      { type: 'reasoning', text: '', begins: true, data: 'hidden' },
      { type: 'unknown', data: raw, wire: WIRE },
      { type: 'unknown', data: raw, wire: 'gemini' },
      { type: 'text', text: 'a', begins: true },
      call(0),
      input(0, '{"a":1}'),
      { type: 'finish', reason: 'tool_call', raw: 'tool_calls' },
      { type: 'usage', usage, raw: {} },
      { type: 'raw', level: 'response', fields: { container: { id: 'c' }, service: 'x' } },
    ),
  ).toEqual({
    id: 'msg_01890a5dac96774bbcceb302099a8057',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      { type: 'thinking', thinking: '', signature: 'one' },
      { type: 'thinking', thinking: 'x', signature: 'two' },
      { type: 'redacted_thinking', data: 'hidden' },
      raw,
      { type: 'text', text: 'a', citations: null },
      { type: 'tool_use', id: 'c0', name: 'f', input: { a: 1 } },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    container: { id: 'c' },
    usage: {
      input_tokens: 5,
      cache_creation_input_tokens: 100,
      cache_read_input_tokens: 10,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 100 },
      output_tokens: 10,
      output_tokens_details: { thinking_tokens: 3 },
      server_tool_use: null,
      service_tier: null,
      inference_geo: null,
      speed: null,
    },
    diagnostics: null,
    stop_details: null,
  })
})

test("Anthropic's own words for an end stay", () => {
  expect(whole({ type: 'finish', reason: 'unknown', raw: 'pause_turn' })['stop_reason']).toBe(
    'pause_turn',
  )
})

test("the names of another provider's thought go with it, Claude's has none", () => {
  const secret = {
    begins: true,
    data: 'hidden',
    id: 'rs_1',
    format: 'openai-responses-v1',
  } as const
  const foreign: Part = { type: 'reasoning', text: 'a', ...secret }
  const claude = { ...foreign, id: undefined, format: 'anthropic-claude-v1' }
  const names = { id: 'rs_1', format: 'openai-responses-v1' }
  expect(whole(foreign)['content']).toEqual([
    { type: 'thinking', thinking: 'a', signature: '', ...names },
    { type: 'redacted_thinking', data: 'hidden', ...names },
  ])
  expect(readBack([foreign]).content).toMatchObject([{ text: 'a' }, { data: 'hidden' }])
  const { id: _none, ...unnamed } = claude
  expect(whole(unnamed)['content']).toEqual([
    { type: 'thinking', thinking: 'a', signature: '' },
    { type: 'redacted_thinking', data: 'hidden' },
  ])
})

test.each([
  ['the text of a custom tool', { custom: true as const }, 'print(1)', { input: 'print(1)' }],
  ['a text where JSON was due', {}, 'none', { input: 'none' }],
  ['null', {}, 'null', {}],
  ['nothing', {}, '', {}],
])('%s is told as an object', (_, more, text, expected) => {
  const parts: Part[] = [
    { type: 'tool_call', index: 0, id: 'c', name: 'f', ...more },
    ...Array.from(text, (letter) => input(0, letter)),
  ]
  expect(whole(...parts)['content']).toMatchObject([{ input: expected }])
  const [block] = readBack(parts).content
  expect(JSON.parse(block?.type === 'tool_call' ? block.arguments : '')).toEqual(expected)
})

test('a stream opens and closes its blocks one by one', () => {
  const { events } = streamed([
    { type: 'usage', usage: { ...usage, output: null, reasoning: null }, raw: {} },
    { type: 'reasoning', text: 'x', begins: true },
    { type: 'reasoning', text: '', signature: 'one' },
    { type: 'text', text: '', begins: true },
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b', begins: true },
    call(7),
    input(7, '{}'),
    { type: 'finish', reason: 'stop_sequence', raw: 'stop_sequence', stopSequence: 'END' },
    { type: 'raw', level: 'response', fields: { context_management: { applied_edits: [] } } },
    { type: 'usage', usage, raw: {} },
  ])
  const told = events.map(({ type, index, delta }) =>
    [type, index, asObject(delta)?.['type']]
      .flatMap((each) => each ?? [])
      .map((each) => JSON.stringify(each))
      .join(' ')
      .replaceAll('"', ''),
  )
  expect(told).toEqual([
    'message_start',
    'content_block_start 0',
    'content_block_delta 0 thinking_delta',
    'content_block_delta 0 signature_delta',
    'content_block_stop 0',
    'content_block_start 1',
    'content_block_delta 1 text_delta',
    'content_block_stop 1',
    'content_block_start 2',
    'content_block_delta 2 text_delta',
    'content_block_stop 2',
    'content_block_start 3',
    'content_block_delta 3 input_json_delta',
    'content_block_stop 3',
    'message_delta',
    'message_stop',
  ])
  expect(events[0]).toMatchObject({ message: { usage: { input_tokens: 5, output_tokens: 0 } } })
  expect(events.at(-2)).toEqual({
    type: 'message_delta',
    delta: {
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
      container: null,
      stop_details: null,
    },
    usage: expect.objectContaining({ output_tokens: 10, server_tool_use: null }),
    context_management: { applied_edits: [] },
  })
})

test('calls whose arguments come in turns are told one after the other', () => {
  const { content } = readBack([
    call(0),
    call(1),
    input(0, '{"a":'),
    input(1, '{"b":'),
    { type: 'text', text: 'meanwhile' },
    input(1, '2}'),
    input(0, '1}'),
  ])
  const calls = content.filter(({ type }) => type === 'tool_call')
  expect(calls).toMatchObject([
    { id: 'c0', arguments: '{"a":1}' },
    { id: 'c1', arguments: '{"b":2}' },
  ])
  expect(content).toContainEqual({ type: 'text', text: 'meanwhile' })
})

test('a refusal is a text of its own', () => {
  const parts: Part[] = [
    { type: 'text', text: 'a' },
    { type: 'refusal', text: 'n' },
    { type: 'refusal', text: 'o' },
    { type: 'text', text: 'b' },
  ]
  const texts = objectsIn(whole(...parts)['content']).map(({ text }) => text)
  expect(texts).toEqual(['a', 'no', 'b'])
  expect(readBack(parts).content.map((block) => 'text' in block && block.text)).toEqual(texts)
})

test('a call that is whole makes room at once', () => {
  const encoder = new MessagesEncoder(envelope)
  encoder.encode([call(0), input(0, '{}')])
  expect(encoder.encode([{ type: 'text', text: 'now' }])).toContain('"text":"now"')
})

const summary = (text: string): Part => ({
  type: 'reasoning',
  text,
  summary: true,
  paragraph: true,
})

test('paragraphs of a summary are set apart, the first has none before it', () => {
  expect(readBack([summary('a'), summary('b')]).content).toMatchObject([{ text: 'a\n\nb' }])
})

test('a stream says what the whole answer says', () => {
  const words = fc.string({ minLength: 1 })
  const part = fc.oneof(
    fc.record({ type: fc.constant('text' as const), text: words, begins: fc.constant(true) }),
    fc.record({
      type: fc.constant('reasoning' as const),
      text: fc.string(),
      begins: fc.constant(true),
      signature: words,
    }),
    fc.record({
      type: fc.constant('reasoning' as const),
      text: fc.constant(''),
      begins: fc.constant(true),
      data: words,
    }),
  )
  fc.assert(
    fc.property(fc.array(part), fc.nat({ max: 3 }), (parts: Part[], calls) => {
      for (let index = 0; index < calls; index++) parts.push(call(index), input(index, '{"a":1}'))
      const expected = objectsIn(whole(...parts)['content']).map(
        ({ citations: _citations, ...rest }) => rest,
      )
      const blocks: JsonObject[] = []
      for (const { type, content_block: block, index, delta } of streamed(parts).events) {
        const { citations: _citations, ...begun } = asObject(block) ?? {}
        if (type === 'content_block_start') blocks.push(begun)
        if (type === 'content_block_delta') apply(blocks[Number(index)], asObject(delta))
      }
      expect(blocks).toEqual(expected)
    }),
  )
})

function apply(block: JsonObject = {}, { type: _type, ...delta }: JsonObject = {}): void {
  for (const [key, value] of Object.entries(delta)) {
    const piece = asString(value) ?? ''
    if (key === 'partial_json') block['input'] = JSON.parse(piece)
    else block[key] = (asString(block[key]) ?? '') + piece
  }
}

test('takes any parts in any order', () => {
  const index = fc.nat({ max: 2 })
  const part: fc.Arbitrary<Part> = fc.oneof(
    fc.record({ type: fc.constant('text' as const), text: fc.string() }),
    fc.record({ type: fc.constant('reasoning' as const), text: fc.string() }),
    fc.record({
      type: fc.constant('tool_call' as const),
      index,
      id: fc.string(),
      name: fc.string(),
    }),
    fc.record({ type: fc.constant('tool_arguments' as const), index, text: fc.string() }),
    fc.constant({ type: 'unknown' as const, data: { type: 'x' }, wire: WIRE }),
  )
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      whole(...parts)
      const open = new Set<number>()
      for (const { type, index: at } of streamed(parts).events) {
        if (type === 'content_block_start') open.add(Number(at))
        if (type === 'content_block_stop') open.delete(Number(at))
        expect(open.size).toBeLessThanOrEqual(1)
      }
      expect(open.size).toBe(0)
    }),
  )
})
