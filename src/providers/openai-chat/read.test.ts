import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JsonObject, parseJson } from '../../lib/json.ts'
import { answerOf, blocksOf, deltas, streamed, whole } from './fixtures/read-answer.ts'
import { ChatDecoder, readCompletion } from './read.ts'

const event = (data: string) => ({ event: 'message', data })
const thought = { type: 'thought', text: 'Let me see' }
const text = { type: 'text', text: 'Yes.' }

test.each<[string, JsonObject, readonly unknown[]]>([
  ['reasoning_content', { reasoning_content: 'Let me see' }, [thought]],
  ['reasoning', { reasoning: 'Let me see' }, [thought]],
  [
    'both, which say the same',
    { reasoning: 'Let me see', reasoning_content: 'Let me see' },
    [thought],
  ],
  [
    'an empty field beside the full one',
    { reasoning_content: '', reasoning: 'Let me see' },
    [thought],
  ],
  [
    'text details beside the plain field',
    {
      reasoning: 'Let me see',
      reasoning_details: [
        { type: 'reasoning.text', text: 'Let me see', index: 0, signature: 'sig' },
      ],
    },
    [
      {
        ...thought,
        signature: 'sig',
        details: [{ type: 'reasoning.text', text: 'Let me see', index: 0, signature: 'sig' }],
      },
    ],
  ],
  [
    'a summary alone',
    { reasoning_details: [{ type: 'reasoning.summary', summary: 'Let me see', format: 'f-v1' }] },
    [
      {
        ...thought,
        format: 'f-v1',
        details: [{ type: 'reasoning.summary', summary: 'Let me see', format: 'f-v1' }],
      },
    ],
  ],
  [
    'encrypted details alone',
    { reasoning_details: [{ type: 'reasoning.encrypted', data: 'AAA=' }] },
    [
      {
        type: 'thought',
        text: null,
        data: 'AAA=',
        details: [{ type: 'reasoning.encrypted', data: 'AAA=' }],
      },
    ],
  ],
  [
    'a list of thinking and text',
    {
      content: [
        {
          type: 'thinking',
          thinking: [
            { type: 'text', text: 'Let me ' },
            { type: 'text', text: 'see' },
          ],
        },
        { type: 'text', text: 'Yes.' },
      ],
    },
    [thought, text],
  ],
  [
    'thinking as plain text',
    { content: [{ type: 'thinking', thinking: 'Let me see' }] },
    [thought],
  ],
  ['nothing at all', { reasoning: null, reasoning_content: '', reasoning_details: [] }, []],
])('F169 reads reasoning given as %s once, whole and streamed', (_, message, expected) => {
  expect(blocksOf(whole(message))).toEqual(expected)
  expect(blocksOf(deltas(message))).toEqual(expected)
})

const detail = (piece: string, more: JsonObject = {}) => ({
  reasoning: piece,
  reasoning_details: [{ type: 'reasoning.text', index: 0, text: piece, ...more }],
})

test('streamed reasoning grows together, details too', () => {
  const parts = deltas(detail('Let '), detail('me '), detail('see', { signature: 'sig' }), {
    content: 'Yes.',
  })
  expect(blocksOf(parts)).toEqual([
    {
      ...thought,
      signature: 'sig',
      details: [{ type: 'reasoning.text', index: 0, text: 'Let me see', signature: 'sig' }],
    },
    text,
  ])
})

test.each([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['tool_calls', 'tool_call'],
  ['function_call', 'tool_call'],
  ['content_filter', 'content_filter'],
  ['SAFETY', 'content_filter'],
  ['sensitive', 'content_filter'],
  ['insufficient_system_resource', 'length'],
  ['network_error', 'length'],
  ['repetition_truncation', 'length'],
  ['something_new', 'unknown'],
  ['toString', 'unknown'],
])('the finish reason %s is %s', (raw, reason) => {
  const chunk = { choices: [{ index: 0, delta: {}, finish_reason: raw }] }
  expect(streamed([chunk])).toEqual([{ type: 'finish', reason, raw }])
})

test('what has no noun is kept by its level', () => {
  const body = {
    id: 'x',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    system_fingerprint: 'fp',
    citations: ['a'],
    choices: [
      {
        index: 2,
        logprobs: { content: [] },
        message: { role: 'assistant', content: 'hi', annotations: [1], audio: { id: 'z' } },
      },
    ],
  }
  const raw = readCompletion(body).filter((part) => part.type === 'raw')
  expect(raw).toEqual([
    { type: 'raw', level: 'response', fields: { system_fingerprint: 'fp', citations: ['a'] } },
    { type: 'raw', level: 'message', fields: { annotations: [1], audio: { id: 'z' } }, choice: 2 },
    { type: 'raw', level: 'choice', fields: { logprobs: { content: [] } }, choice: 2 },
  ])
})

test('a piece of content of an unknown kind is kept as it is', () => {
  const piece = { type: 'tool_file', tool: 'image_generation', file_id: 'f' }
  expect(whole({ content: [piece, { type: 'text', text: 'a' }] })).toEqual([
    { type: 'unknown', data: piece, wire: 'openai_chat' },
    { type: 'text', text: 'a' },
  ])
})

test('a broken event among good ones is passed over', () => {
  const decoder = new ChatDecoder()
  const good = JSON.stringify({ choices: [{ index: 0, delta: { content: 'a' } }] })
  const parts = [good, '{"choices":[{"del', '', 'null', '[1]', '"x"', good].flatMap((data) =>
    decoder.push(event(data)),
  )
  expect(parts).toEqual([
    { type: 'text', text: 'a' },
    { type: 'text', text: 'a' },
  ])
  expect(decoder.done).toBe(false)
  expect(decoder.push(event('[DONE]'))).toEqual([])
  expect(decoder.done).toBe(true)
})

test('an error inside an answer or a choice is a part', () => {
  const error = { message: 'overloaded', code: 502 }
  expect(
    streamed([{ error, choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }] }]),
  ).toMatchObject([
    { type: 'error', error: { message: 'overloaded', status: 502 } },
    { type: 'finish', raw: 'error' },
  ])
  expect(readCompletion({ choices: [{ index: 0, error, message: {} }] })).toMatchObject([
    { type: 'error', error: { message: 'overloaded', status: 502, raw: error } },
  ])
  expect(readCompletion({ error: null, choices: [] })).toEqual([])
})

test.each([
  [{ object: 'error', message: 'out of memory', code: 500 }],
  [{ message: 'out of memory', type: 'server_error', code: '500' }],
  [{ base_resp: { status_code: 500, status_msg: 'out of memory' } }],
])(
  'an event that is an error by its shape alone ends no stream as if all were well: %j',
  (body) => {
    expect(streamed([body])).toMatchObject([
      { type: 'error', error: { message: 'out of memory', status: 500 } },
      { type: 'raw' },
    ])
  },
)

test('a stream and the whole of it read as the same answer', () => {
  const pieces = fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 6 })
  fc.assert(
    fc.property(pieces, pieces, (thoughts, texts) => {
      const message = { reasoning_content: thoughts.join(''), content: texts.join('') }
      const chunks = [
        ...thoughts.map((reasoning_content) => ({ reasoning_content })),
        ...texts.map((content) => ({ content })),
      ]
      expect(blocksOf(deltas(...chunks))).toEqual(blocksOf(whole(message)))
    }),
  )
})

test('no JSON makes it throw', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => {
      const decoder = new ChatDecoder()
      decoder.push(event(json))
      const shaped = `{"choices":[{"delta":${json},"message":${json}},${json}],"usage":${json},"error":${json}}`
      decoder.push(event(shaped))
      expect(
        answerOf(decoder.push(event(`{"choices":[{"delta":{"tool_calls":[${json}]}}]}`))),
      ).toBeDefined()
      expect(parseJson(shaped)).toBeDefined()
    }),
  )
})

const secretPiece = (signature: string, index: number) => ({
  type: 'reasoning.text',
  text: `thought ${index}`,
  signature,
  index,
})

test('thoughts keep a signature each, whole or streamed', () => {
  const pieces = [secretPiece('one', 0), secretPiece('two', 1)]
  const expected = [
    { type: 'thought', text: 'thought 0', signature: 'one' },
    { type: 'thought', text: 'thought 1', signature: 'two' },
  ]
  expect(blocksOf(whole({ reasoning_details: pieces }))).toMatchObject(expected)
  const chunks = pieces.map((piece) => ({ reasoning_details: [piece] }))
  expect(blocksOf(deltas(...chunks))).toMatchObject(expected)
})

test('a summary and what is encrypted of it are one thought', () => {
  const format = 'openai-responses-v1'
  const details = [
    { type: 'reasoning.summary', summary: 'a', format, index: 0 },
    { type: 'reasoning.encrypted', data: 'hidden', id: 'rs_1', format, index: 0 },
  ]
  expect(blocksOf(whole({ reasoning: 'a', reasoning_details: details }))).toEqual([
    { type: 'thought', text: 'a', data: 'hidden', id: 'rs_1', format, details },
  ])
})

test('a page that is cited flat is cited, an annotation of another kind is kept', () => {
  const page = { type: 'url_citation', url: 'https://a.example', title: 'A' }
  const parts = whole({ content: 'x', annotations: [page, { type: 'file' }] })
  expect(blocksOf(parts)).toMatchObject([{ citations: [{ url: 'https://a.example', raw: page }] }])
  expect(parts).toContainEqual({
    type: 'raw',
    level: 'message',
    fields: { annotations: [{ type: 'file' }] },
  })
})

test('a turn of calls ends in calls, whatever word the provider has for it', () => {
  const tool_calls = [{ id: 'a', function: { name: 'f', arguments: '{}' } }]
  const choice = { index: 0, message: { tool_calls }, finish_reason: 'stop' }
  expect(readCompletion({ choices: [choice] })).toContainEqual({
    type: 'finish',
    reason: 'tool_call',
    raw: 'stop',
  })
})

const pages = {
  citations: ['https://a.example', 'https://b.example'],
  search_results: [{ url: 'https://a.example', title: 'A' }],
}

test('pages beside the answer are cited once, when it ends', () => {
  const chunk = (delta: JsonObject, finish_reason: string | null = null): JsonObject => ({
    ...pages,
    choices: [{ index: 0, delta, finish_reason }],
  })
  const parts = streamed([
    chunk({ content: 'x' }),
    chunk({ content: 'y' }, 'stop'),
    chunk({}, 'stop'),
  ])
  expect(blocksOf(parts)).toMatchObject([
    { text: 'xy', citations: [{ url: 'https://a.example', title: 'A' }] },
  ])
  const older = { citations: pages.citations, choices: [{ message: {}, finish_reason: 'stop' }] }
  const cited = readCompletion(older).filter(({ type }) => type === 'citation')
  expect(cited).toMatchObject(pages.citations.map((url) => ({ citation: { url } })))
})

const soFar = (piece: string, content: string, finish_reason: string | null = null) => {
  const said = { delta: { role: 'assistant', content: piece }, message: { content } }
  return { choices: [{ index: 0, ...said, finish_reason }] }
}

test('a stream that repeats the message so far beside each piece is read by its pieces', () => {
  const expected = [{ type: 'text', text: 'Let me' }]
  const end = soFar('', 'Let me', 'stop')
  const chunks = [soFar('', ''), soFar('Let', 'Let'), soFar(' me', 'Let me'), end]
  expect(blocksOf(streamed(chunks))).toEqual(expected)
  expect(blocksOf(streamed([end]))).toEqual(expected)
  expect(blocksOf(readCompletion(end))).toEqual(expected)
})
