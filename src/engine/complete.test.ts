import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeChat } from '../api/openai/decode.ts'
import { MAX_EVENT_CHARS } from '../lib/sse.ts'
import { openaiChat } from '../providers/openai-chat.ts'
import { openaiTranscription } from '../providers/openai-operations.ts'
import { completeRecord, type Readers, textPreview } from './complete.ts'
import type { AttemptDraft, Draft } from './draft.ts'

const readers: Readers = {
  request: (_, body) => decodeChat(body),
  wire: () => openaiChat,
  price: () => null,
}
const latin1 = (text: string) => Buffer.from(text).toString('latin1')

function attempt(more: Partial<AttemptDraft> & { response?: string } = {}): AttemptDraft {
  const { response = '', ...fields } = more
  return {
    id: 'a',
    number: 1,
    reason: 'first',
    model: 'm',
    variant: '',
    input: null,
    provider: 'p',
    providerType: 'acme',
    wire: 'openai_chat',
    upstreamModel: 'up',
    url: 'http://localhost/v1/chat/completions',
    status: 200,
    error: null,
    errorMessage: null,
    startedUs: 0,
    headUs: 1,
    ttftUs: 2,
    endedUs: 3,
    reusedSocket: false,
    staleRetry: false,
    mayHaveBeenBilled: false,
    cost: [],
    requestBody: '{}',
    responsePieces: [latin1(response)],
    bytesIn: response.length,
    responseType: 'application/json',
    streamed: false,
    ...fields,
  }
}

function draft(more: Partial<Draft> = {}): Draft {
  return {
    id: 'i',
    episodeId: 'e',
    startedAt: 0,
    dialect: 'openai.chat',
    requestedModel: 'm',
    model: 'm',
    stream: false,
    outcome: 'ok',
    status: 200,
    error: null,
    errorMessage: null,
    latencyUs: 1,
    overheadUs: 1,
    ttftUs: null,
    tags: {},
    warnings: [],
    configHash: 'h',
    contentType: null,
    body: latin1('{"model":"m","messages":[{"role":"user","content":"Grüße"}],"n":1}'),
    told: null,
    answering: (more.attempts?.length ?? 1) - 1,
    attempts: [attempt()],
    ...more,
  }
}

const complete = (more: Partial<Draft> = {}) => completeRecord(draft(more), readers)

const WHOLE = JSON.stringify({
  choices: [{ index: 0, message: { content: 'Schön, 日本' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 2 },
})
const event = (body: object) => `data: ${JSON.stringify(body)}\n\n`
const delta = (content: string) => event({ choices: [{ index: 0, delta: { content } }] })

test('a whole answer becomes messages, blocks, usage and texts', () => {
  const record = complete({ attempts: [attempt({ response: WHOLE })] })
  expect(record).toMatchObject({
    finish: 'stop',
    usage: { input: 7, output: 2 },
    input: [{ role: 'user', content: [{ type: 'text', text: 'Grüße' }] }],
    output: [{ type: 'text', text: 'Schön, 日本' }],
    params: { n: 1 },
    inputPreview: 'Grüße',
    outputPreview: 'Schön, 日本',
    attempts: [{ usageSource: 'provider', rawResponse: WHOLE, bytesOut: 2, finishRaw: 'stop' }],
  })
  expect(record.rawRequest).toContain('Grüße')
})

test('a stream is read whole, though it was cut inside its characters', () => {
  const bytes = latin1(delta('日本') + event({ choices: [], usage: { prompt_tokens: 7 } }))
  const responsePieces = bytes.match(/.{1,5}/gs) ?? []
  const record = complete({ attempts: [attempt({ streamed: true, responsePieces })] })
  expect(record.output).toEqual([{ type: 'text', text: '日本' }])
  expect(record.usage).toMatchObject({ input: 7 })
})

test('what an unfinished stream used is estimated, and says so', () => {
  const attempts = [attempt({ streamed: true, response: delta('12345678') })]
  expect(complete({ outcome: 'truncated', attempts })).toMatchObject({
    usage: { input: null, output: 2 },
    attempts: [{ usageSource: 'estimated' }],
  })
  expect(complete({ attempts })).toMatchObject({
    usage: null,
    attempts: [{ usageSource: 'unknown' }],
  })
})

test('costs of all tries add up, and a price goes before what the provider says', () => {
  const price = {
    pointerNonStreaming: '/usage/prompt_tokens',
    pointerStreaming: '/usage/prompt_tokens',
    nanoPerUnit: 10,
    required: false,
  }
  const priced = attempt({ response: WHOLE, cost: [price] })
  const told = attempt({ response: '{"usage":{"prompt_tokens":1,"cost":0.000001}}' })
  expect(complete({ attempts: [priced] }).costNano).toBe(70)
  expect(complete({ attempts: [told] }).costNano).toBe(1000)
  expect(complete({ attempts: [priced, told, attempt()] }).costNano).toBe(1070)
  expect(complete().costNano).toBeNull()
})

test('keys of the request are no parameters', () => {
  const body = '{"model":"m","messages":[],"tools":[1],"tensorzero::credentials":"x","top_p":1}'
  expect(complete({ body })).toMatchObject({ params: { top_p: 1 }, tools: [1] })
})

test('an error answer is kept raw', () => {
  const attempts = [attempt({ status: 500, response: '{"error":"No."}' })]
  const record = complete({ outcome: 'upstream_error', attempts })
  expect(record.output).toEqual([])
  expect(record.attempts[0]?.rawResponse).toBe('{"error":"No."}')
})

test('a request without a try, and a body that is none, are records too', () => {
  expect(complete({ body: 'nonsense', attempts: [], model: null })).toMatchObject({
    input: [],
    output: [],
    usage: null,
    variantName: 'm',
    rawRequest: 'nonsense',
  })
})

test('an event longer than any that is streamed is read all the same', () => {
  const response = delta('a') + delta('x'.repeat(MAX_EVENT_CHARS)) + delta('b')
  const [block] = complete({ attempts: [attempt({ streamed: true, response })] }).output
  expect(block?.type === 'text' && block.text.length).toBe(MAX_EVENT_CHARS + 2)
})

const SOUND = Buffer.from([0xff, 0xf3, 0x00, 0x80]).toString('latin1')

test.each([
  ['audio/mpeg', '[binary audio/mpeg, 4 bytes]'],
  ['audio/l16; rate=24000', '[binary audio/l16, 4 bytes]'],
  [null, '[binary data, 4 bytes]'],
])('of an answer of type %s that is no text the record says what it is', (responseType, text) => {
  const attempts = [attempt({ responseType, responsePieces: [SOUND] })]
  expect(complete({ attempts }).attempts[0]?.rawResponse).toBe(text)
})

test('text that was cut in the middle of a letter stays text', () => {
  const cut = latin1('{"a":"ü').slice(0, -1)
  for (const streamed of [false, true]) {
    const attempts = [attempt({ streamed, responsePieces: [cut] })]
    expect(complete({ attempts }).attempts[0]?.rawResponse).toMatch(/^\{"a":"/)
  }
})

test('of a form the record keeps the fields, and of a file what it is', () => {
  const file = { filename: 'a.mp3', content_type: 'audio/mpeg', bytes: 4 }
  const body = JSON.stringify({ model: 'm', language: 'de', file })
  const sent = attempt({ requestBody: `--x\r\n${SOUND}`, upstreamModel: 'whisper-1' })
  const record = complete({
    contentType: 'multipart/form-data; boundary=x',
    body,
    attempts: [sent],
  })
  expect(JSON.parse(record.attempts[0]?.rawRequest ?? '')).toEqual({
    model: 'whisper-1',
    language: 'de',
    file,
  })
  expect(record.attempts[0]?.bytesOut).toBe(9)
})

test('a transcript that is nothing but words is the answer', () => {
  const words = { responseType: 'text/plain; charset=utf-8', response: 'Grüß dich.' }
  const transcripts = { ...readers, wire: () => openaiTranscription }
  const record = completeRecord(draft({ attempts: [attempt(words)] }), transcripts)
  expect(record.output).toEqual([{ type: 'text', text: 'Grüß dich.' }])
})

test('nothing that can stand in a draft makes it throw', () => {
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json({ maxDepth: 4 }),
    fc
      .json({ maxDepth: 3 })
      .map((json) => `{"messages":[${json}],"choices":[{"message":${json}}]}`),
    fc
      .json({ maxDepth: 3 })
      .map((json) => `data: {"choices":[{"delta":${json}}],"usage":${json}}\n\n`),
  )
  fc.assert(
    fc.property(
      garbage,
      fc.array(garbage),
      fc.boolean(),
      fc.boolean(),
      (body, pieces, streamed, ok) => {
        const responsePieces = pieces.map(latin1)
        const attempts = [
          attempt({ requestBody: latin1(body), responsePieces, streamed, status: ok ? 200 : 500 }),
        ]
        const record = complete({ body: latin1(body), attempts, outcome: ok ? 'ok' : 'truncated' })
        expect(record.rawRequest).toBe(Buffer.from(body).toString())
      },
    ),
    { numRuns: 300 },
  )
})

test('the deepest nesting does no harm', () => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000)
  const message = `{"reasoning_details":[{"x":${deep}}],"tool_calls":[{"function":{"name":"a","arguments":${deep}}}]}`
  const response = `{"choices":[{"index":0,"message":${message}},{"index":1,"message":${message}}]}`
  const record = complete({
    body: `{"messages":[{"content":${deep}}]}`,
    attempts: [attempt({ response })],
  })
  expect(record.attempts[0]?.rawResponse).toBe(response)
})

test('a preview is the start of what a person would read', () => {
  expect(
    textPreview([
      { type: 'thought', text: 'hidden' },
      { type: 'text', text: ' a\n\n b ' },
      { type: 'tool_call', id: 'x', name: 'f', arguments: '{}' },
      { type: 'tool_result', id: 'x', name: 'f', result: 'r' },
      { type: 'file', url: 'data:x', filename: 'a.pdf' },
      { type: 'unknown', data: {} },
      { type: 'refusal', text: 'No.' },
    ]),
  ).toBe('a b f({}) r [file] a.pdf No.')
  expect(textPreview([{ type: 'text', text: 'x'.repeat(10_000) }])).toHaveLength(200)
})
