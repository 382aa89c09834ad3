import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject, Part } from '../../domain/chat.ts'
import { UNKNOWN_USAGE } from '../../domain/usage.ts'
import { asArray, asObject, objectsIn } from '../../lib/json.ts'
import { readEvents } from '../../lib/sse.ts'
import { encodeCompletion } from './encode.ts'
import type { Envelope } from '../dialect.ts'
import { ChunkEncoder } from './encode-stream.ts'
import { aggregate, choiceOf, deltasOf } from './fixtures/aggregate.ts'

const envelope: Envelope = {
  id: 'inference-1',
  episodeId: 'episode-1',
  model: 'tensorzero::model_name::m',
  created: 1_780_000_000,
  providerType: 'acme',
  wire: 'openai_chat',
  wantsUsage: true,
  request: {},
  cost: () => 0.5,
}

function chunksOf(text: string): JsonObject[] {
  return readEvents(Buffer.from(text))
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as JsonObject)
}

/** Each list is one event of the provider's. */
function streamed(events: readonly (readonly Part[])[], wantsUsage = true): JsonObject[] {
  const encoder = new ChunkEncoder(envelope, wantsUsage)
  return chunksOf(events.map((parts) => encoder.encode(parts)).join('') + encoder.end())
}

const messageOf = (body: JsonObject, index = 0) => asObject(choiceOf(body, index)['message']) ?? {}

const word = fc.string({ minLength: 1, maxLength: 4 })
const call = fc.nat({ max: 2 })
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: word }),
  fc.record({ type: fc.constant('refusal' as const), text: word }),
  fc.record({ type: fc.constant('reasoning' as const), text: word }),
  word.map((text): Part => ({ type: 'reasoning', text, signature: `s${text}` })),
  word.map((text): Part => {
    return { type: 'reasoning', text, details: [{ type: 'reasoning.text', index: 0, text }] }
  }),
  call.map((index): Part => ({ type: 'tool_call', index, id: `id${index}`, name: `f${index}` })),
  fc.record({ type: fc.constant('tool_arguments' as const), index: call, text: word }),
  fc.constantFrom<Part>(
    { type: 'raw', level: 'message', fields: { annotations: [1] } },
    { type: 'raw', level: 'choice', fields: { logprobs: { content: [] } } },
    { type: 'raw', level: 'response', fields: { citations: ['a'] } },
    { type: 'finish', reason: 'length', raw: 'length' },
    { type: 'usage', usage: { ...UNKNOWN_USAGE, input: 3, output: 4 }, raw: {} },
  ),
)
const anyChoice = fc.tuple(part, fc.boolean()).map(([each, second]): Part => {
  return second && each.type !== 'usage' ? Object.assign({}, each, { choice: 1 }) : each
})
const first: Part = { type: 'text', text: '' }

test('what a client makes of a stream is what the whole says', () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyChoice, { maxLength: 4 }), { maxLength: 8 }), (random) => {
      const events = [[first], ...random]
      const whole = encodeCompletion(envelope, events.flat())
      const chunks = streamed(events)
      for (const { index } of objectsIn(whole['choices'])) {
        const said = { refusal: null, ...aggregate(chunks, Number(index)) }
        expect(said).toEqual(messageOf(whole, Number(index)))
        const finish = chunks.map((each) => choiceOf(each, Number(index))['finish_reason'] ?? null)
        const given = finish.filter((reason) => reason !== null)
        expect(given).toEqual([choiceOf(whole, Number(index))['finish_reason']])
      }
      expect(chunks.at(-1)?.['usage']).toEqual(whole['usage'])
      expect(chunks.at(-1)?.['citations']).toEqual(whole['citations'])
    }),
    { numRuns: 300 },
  )
})

test("what OpenAI's clients know as null is there: no refusal, no log probabilities", () => {
  const [choice] = objectsIn(encodeCompletion(envelope, [first])['choices'])
  expect(choice).toMatchObject({ logprobs: null, message: { refusal: null } })
  const refused: Part = { type: 'refusal', text: 'no' }
  expect(messageOf(encodeCompletion(envelope, [refused]), 0)).toMatchObject({ refusal: 'no' })
})

test('every answer and every chunk carries the envelope', () => {
  const own = {
    id: 'inference-1',
    episode_id: 'episode-1',
    created: 1_780_000_000,
    model: envelope.model,
  }
  expect(encodeCompletion(envelope, [first])).toMatchObject({ ...own, object: 'chat.completion' })
  for (const chunk of streamed([[first]])) {
    expect(chunk).toMatchObject({ ...own, object: 'chat.completion.chunk' })
  }
})

test('the role comes in the first chunk of each choice only', () => {
  const events: Part[][] = [
    [{ type: 'text', text: 'a' }],
    [{ type: 'text', text: 'b', choice: 1 }],
    [
      { type: 'text', text: 'c' },
      { type: 'text', text: 'd', choice: 1 },
    ],
  ]
  const chunks = streamed(events)
  for (const index of [0, 1]) {
    const roles = deltasOf(chunks, index).map((delta) => delta['role'])
    expect(roles).toEqual(['assistant', undefined, undefined])
  }
})

test('finish reason and usage come together in the last chunk, and the end mark after it', () => {
  const encoder = new ChunkEncoder(envelope, true)
  const usage = { ...UNKNOWN_USAGE, input: 3, cacheRead: 2, output: 4, reasoning: 1, cacheWrite: 6 }
  const text = encoder.encode([
    { type: 'text', text: 'a' },
    { type: 'finish', reason: 'tool_call', raw: 'tool_calls' },
    { type: 'usage', usage, raw: {} },
  ])
  expect(chunksOf(text)).toMatchObject([{ usage: null, choices: [{ finish_reason: null }] }])
  const end = encoder.end()
  expect(end).toMatch(/\n\ndata: \[DONE\]\n\n$/)
  expect(chunksOf(end)).toMatchObject([
    {
      choices: [{ finish_reason: 'tool_calls', delta: {} }],
      usage: {
        prompt_tokens: 11,
        completion_tokens: 5,
        total_tokens: 16,
        prompt_tokens_details: { cached_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 1 },
        tensorzero_provider_cache_write_input_tokens: 6,
        tensorzero_cost: 0.5,
      },
    },
  ])
})

test('usage that nobody asked for is left out', () => {
  const usage: Part = { type: 'usage', usage: { ...UNKNOWN_USAGE, input: 1 }, raw: {} }
  expect(streamed([[first], [usage]], false).map((chunk) => chunk['usage'])).toEqual([null, null])
})

test('an event without anything for the client makes no chunk', () => {
  const encoder = new ChunkEncoder(envelope, true)
  expect(encoder.encode([])).toBe('')
  expect(encoder.encode([{ type: 'finish', reason: 'stop', raw: 'stop' }])).toBe('')
})

test('a thought knows its place among the blocks', () => {
  const parts: Part[] = [
    { type: 'reasoning', text: 'a' },
    { type: 'text', text: 'b' },
    { type: 'reasoning', text: 'c', signature: 's' },
    { type: 'reasoning', text: 'd' },
  ]
  const whole = messageOf(encodeCompletion(envelope, parts))['tensorzero_extra_content']
  expect(whole).toEqual([
    { type: 'thought', insert_index: 0, text: 'a', provider_type: 'acme' },
    { type: 'thought', insert_index: 2, text: 'cd', signature: 's', provider_type: 'acme' },
  ])
  const [chunk] = streamed([parts])
  const own = asArray(asObject(choiceOf(chunk ?? {})['delta'])?.['tensorzero_extra_content'])
  expect(own).toEqual([
    { type: 'thought', id: '0', insert_index: 0, text: 'a', provider_type: 'acme' },
    {
      type: 'thought',
      id: '2',
      insert_index: 2,
      text: 'cd',
      signature: 's',
      provider_type: 'acme',
    },
  ])
})

const piece = (text: string): Part => ({ type: 'tool_arguments', index: 0, text })

test('a call is named once, however often its provider names it', () => {
  const named: Part = { type: 'tool_call', index: 0, id: 'a', name: 'add' }
  const deltas = deltasOf(
    streamed([
      [named, piece('{')],
      [named, piece('}')],
    ]),
  )
  expect(deltas.flatMap((delta) => objectsIn(delta['tool_calls']))).toEqual([
    { index: 0, id: 'a', type: 'function', function: { name: 'add', arguments: '{' } },
    { index: 0, id: null, type: 'function', function: { name: '', arguments: '}' } },
  ])
})

test('content we cannot read is passed on where there is no text', () => {
  const content = [{ type: 'image_url', image_url: { url: 'data:x' } }]
  const raw: Part = { type: 'raw', level: 'message', fields: { content } }
  expect(messageOf(encodeCompletion(envelope, [raw]))['content']).toEqual(content)
  expect(messageOf(encodeCompletion(envelope, [raw, { type: 'text', text: 'a' }]))['content']).toBe(
    'a',
  )
})

test.each([
  ['stop', 'stop'],
  ['stop_sequence', 'stop'],
  ['length', 'length'],
  ['tool_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
  ['unknown', 'stop'],
] as const)('the reason %s is written %s', (reason, written) => {
  const parts: Part[] = [{ type: 'finish', reason, raw: 'x' }]
  expect(choiceOf(encodeCompletion(envelope, parts))['finish_reason']).toBe(written)
})

const cited = (wire: string): Part => ({
  type: 'citation',
  citation: { url: 'https://a.example', startIndex: 0, endIndex: 2, raw: {}, wire },
})

const places = (message: JsonObject | undefined) =>
  objectsIn(message?.['annotations']).map(({ url_citation: page }) => {
    const { start_index: start, end_index: end } = asObject(page) ?? {}
    return [start, end]
  })

test('places in a text are told as places in the whole content, those in the answer as they are', () => {
  const parts: Part[] = [
    { type: 'text', text: 'One. ', begins: true },
    { type: 'text', text: 'Tw', begins: true },
    { type: 'text', text: 'o.' },
    cited('anthropic_messages'),
    cited('gemini'),
  ]
  const expected = [
    [5, 7],
    [0, 2],
  ]
  expect(places(messageOf(encodeCompletion(envelope, parts)))).toEqual(expected)
  const deltas = deltasOf(streamed(parts.map((each) => [each])))
  expect(deltas.flatMap(places)).toEqual(expected)
})
