import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { UNKNOWN_USAGE } from '../../domain/usage.ts'
import { asString, type JsonObject } from '../../lib/json.ts'
import { cohereChat } from '../cohere-chat.ts'

function streamed(...events: JsonObject[]): Part[] {
  const decoder = cohereChat.decoder()
  return events.flatMap((each) => decoder.push({ event: 'message', data: JSON.stringify(each) }))
}

function answerOf(parts: readonly Part[]) {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer()
}

function event(type: string, index: number, message: JsonObject): JsonObject {
  return { type, index, delta: { message } }
}

const USAGE = {
  billed_units: { input_tokens: 5, output_tokens: 6 },
  tokens: { input_tokens: 100, output_tokens: 20, reasoning_tokens: 8 },
  cached_tokens: 64,
}
const CITATION = {
  start: 2,
  end: 6,
  text: 'Ruby',
  sources: [
    { type: 'tool', id: 't:0', tool_output: { n: 1 } },
    { type: 'document', id: 'd', document: { title: 'Facts', url: 'https://example.com/' } },
  ],
  type: 'TEXT_CONTENT',
}
const MESSAGE = {
  role: 'assistant',
  content: [
    { type: 'thinking', thinking: 'Hm.' },
    { type: 'text', text: '💎 Ruby' },
    { type: 'text', text: 'Two' },
  ],
  tool_plan: 'I will look.',
  tool_calls: [{ id: 'a', type: 'function', function: { name: 'find', arguments: '{"q":1}' } }],
  citations: [{ ...CITATION, content_index: 1 }],
}
const END = { finish_reason: 'TOOL_CALL', usage: USAGE }
const STREAM = [
  event('message-start', 0, { role: 'assistant', content: [] }),
  event('content-start', 0, { content: { type: 'thinking', thinking: '' } }),
  event('content-delta', 0, { content: { thinking: 'Hm' } }),
  event('content-delta', 0, { content: { thinking: '.' } }),
  event('content-end', 0, {}),
  event('content-start', 1, { content: { type: 'text', text: '' } }),
  event('content-delta', 1, { content: { text: '💎 ' } }),
  event('content-delta', 1, { content: { text: 'Ruby' } }),
  event('citation-start', 0, { citations: { ...CITATION, content_index: 1 } }),
  event('citation-end', 0, {}),
  event('content-end', 1, {}),
  event('content-start', 2, { content: { type: 'text', text: '' } }),
  event('content-delta', 2, { content: { text: 'Two' } }),
  event('tool-plan-delta', 0, { tool_plan: 'I will ' }),
  event('tool-plan-delta', 0, { tool_plan: 'look.' }),
  event('tool-call-start', 0, {
    tool_calls: { id: 'a', type: 'function', function: { name: 'find', arguments: '' } },
  }),
  event('tool-call-delta', 0, { tool_calls: { function: { arguments: '{"q"' } } }),
  event('tool-call-delta', 0, { tool_calls: { function: { arguments: ':1}' } } }),
  event('tool-call-end', 0, {}),
  { type: 'message-end', delta: END },
]

test('reads thoughts, texts, the plan, calls, citations and usage', () => {
  expect(answerOf(cohereChat.parts({ id: 'x', message: MESSAGE, ...END }))).toEqual({
    content: [
      { type: 'thought', text: 'Hm.' },
      {
        type: 'text',
        text: '💎 Ruby',
        citations: [
          {
            url: 'https://example.com/',
            title: 'Facts',
            citedText: 'Ruby',
            startIndex: 3,
            endIndex: 7,
            raw: { ...CITATION, content_index: 1 },
            wire: 'cohere_chat',
          },
        ],
      },
      { type: 'text', text: 'Two' },
      { type: 'thought', text: 'I will look.', format: 'cohere_tool_plan' },
      { type: 'tool_call', id: 'a', name: 'find', arguments: '{"q":1}' },
    ],
    usage: { ...UNKNOWN_USAGE, input: 36, cacheRead: 64, output: 12, reasoning: 8 },
    finish: 'tool_call',
    finishRaw: 'TOOL_CALL',
    error: null,
  })
})

test('a stream and the whole of it read as the same answer', () => {
  const whole = answerOf(cohereChat.parts({ message: MESSAGE, ...END }))
  expect(answerOf(streamed(...STREAM))).toEqual(whole)
})

test('two blocks alike stay two, and a plan after a thought is another thought', () => {
  const parts = streamed(
    event('content-delta', 0, { content: { thinking: 'a' } }),
    event('content-delta', 1, { content: { thinking: 'b' } }),
    event('tool-plan-delta', 0, { tool_plan: 'c' }),
  )
  expect(answerOf(parts).content).toHaveLength(3)
})

test('what is billed stands in where tokens are not told', () => {
  const usage = { billed_units: { input_tokens: 5, output_tokens: 6 } }
  expect(answerOf(cohereChat.parts({ usage })).usage).toEqual({
    ...UNKNOWN_USAGE,
    input: 5,
    output: 6,
  })
})

test.each([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop_sequence'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool_call'],
  ['ERROR_TOXIC', 'content_filter'],
  ['toString', 'unknown'],
])('an end by %s is %s', (raw, reason) => {
  expect(cohereChat.parts({ finish_reason: raw })).toEqual([{ type: 'finish', reason, raw }])
})

test('an answer that failed is an error, in its own words where it has some', () => {
  const delta = { finish_reason: 'ERROR', error: 'No valid response generated.', usage: {} }
  expect(answerOf(streamed({ type: 'message-end', delta })).error).toMatchObject({
    message: 'No valid response generated.',
    status: 500,
    code: 'ERROR',
  })
  expect(answerOf(cohereChat.parts({ finish_reason: 'TIMEOUT' })).error).toMatchObject({
    message: 'The answer ended with TIMEOUT.',
    status: 504,
  })
  expect(answerOf(streamed({ message: 'too many requests' })).error).toMatchObject({
    message: 'too many requests',
  })
  expect(cohereChat.error({ id: 'x', message: 'no such model' })).toMatchObject({
    message: 'no such model',
  })
  expect(cohereChat.error({ id: 'x', message: MESSAGE })).toBeNull()
  expect(cohereChat.error({ message: MESSAGE, finish_reason: 'ERROR', error: 'No.' })).toBeNull()
})

test('a piece’s probability is that of all its tokens', () => {
  const logprobs = { text: 'Hi', token_ids: [1, 2], logprobs: [-1, -0.5] }
  const content = [{ token: 'Hi', logprob: -1.5, bytes: null, top_logprobs: [] }]
  const raw = { type: 'raw', level: 'choice', fields: { logprobs: { content } } }
  const delta = event('content-delta', 0, { content: { text: 'Hi' } })
  expect(streamed({ ...delta, logprobs })).toEqual([{ type: 'text', text: 'Hi' }, raw])
  expect(cohereChat.parts({ logprobs: [logprobs] })).toEqual([raw])
})

test('what it cannot name it keeps', () => {
  const inThought = { ...CITATION, type: 'THINKING_CONTENT', content_index: 0 }
  const message = { content: [{ type: 'thinking', thinking: 'Ruby' }], citations: [inThought] }
  expect(cohereChat.parts({ message, more: 1 })).toEqual([
    { type: 'reasoning', text: 'Ruby' },
    { type: 'raw', level: 'message', fields: { citations: [inThought] } },
    { type: 'raw', level: 'response', fields: { more: 1 } },
  ])
  const debug = { type: 'debug', prompt: 'x' }
  expect(streamed(debug)).toEqual([{ type: 'raw', level: 'response', fields: { debug } }])
})

test('a citation whose words are elsewhere has no place', () => {
  const citation = { ...CITATION, start: 0, end: 2 }
  const message = { content: [{ type: 'text', text: 'Perl' }], citations: [citation] }
  const [text] = answerOf(cohereChat.parts({ message })).content
  expect(text).toMatchObject({ citations: [{ title: 'Facts', raw: citation }] })
  expect(text).not.toHaveProperty('citations.0.startIndex')
})

test('a stream is over at its mark', () => {
  const decoder = cohereChat.decoder()
  decoder.push({ event: 'message-end', data: JSON.stringify({ type: 'message-end', delta: END }) })
  expect(decoder.done).toBe(false)
  decoder.push({ event: 'message', data: '[DONE]' })
  expect(decoder.done).toBe(true)
})

test('no JSON makes it throw', () => {
  const type = fc.constantFrom(...STREAM.map((each) => asString(each['type']) ?? ''))
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), type, (json, name) => {
      const decoder = cohereChat.decoder()
      const message = `{"content":${json},"tool_calls":${json},"citations":${json},"tool_plan":${json}}`
      const delta = `{"message":${message},"finish_reason":${json},"usage":${json}}`
      const shaped = `{"type":"${name}","index":${json},"delta":${delta},"logprobs":${json}}`
      const text = `{"type":"citation-start","delta":{"message":{"citations":{"start":${json},"end":1,"text":"a"}}}}`
      for (const data of [json, shaped, text]) {
        expect(answerOf(decoder.push({ event: 'message', data }))).toBeDefined()
      }
      const lists = { content: [JSON.parse(json)], citations: [JSON.parse(json), CITATION] }
      expect(
        answerOf(cohereChat.parts({ message: { ...JSON.parse(message), ...lists } })),
      ).toBeDefined()
    }),
  )
})

test('each source that has a name or an address is cited, those without go with the first', () => {
  const sources = [
    { type: 'document', id: 'd1', document: { title: 'Facts', url: 'https://a.example' } },
    { type: 'document', id: 'd2', document: { text: 'Ruby is red.' } },
    { type: 'tool', id: 't1', tool_output: { url: 'https://b.example' } },
  ]
  const raw = { start: 0, end: 4, text: 'Ruby', sources }
  const message = { content: [{ type: 'text', text: 'Ruby' }], citations: [raw] }
  const place = { citedText: 'Ruby', startIndex: 0, endIndex: 4, wire: 'cohere_chat' }
  expect(answerOf(cohereChat.parts({ message })).content).toEqual([
    {
      type: 'text',
      text: 'Ruby',
      citations: [
        {
          title: 'Facts',
          url: 'https://a.example',
          raw: { ...raw, sources: sources.slice(0, 2) },
          ...place,
        },
        { url: 'https://b.example', raw: { ...raw, sources: sources.slice(2) }, ...place },
      ],
    },
  ])
})

test('a call that ends without arguments takes none', () => {
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '' } }
  const events = [event('tool-call-start', 0, { tool_calls: call }), event('tool-call-end', 0, {})]
  expect(answerOf(streamed(...events)).content).toEqual([
    { type: 'tool_call', id: 'c', name: 'f', arguments: '{}' },
  ])
})
