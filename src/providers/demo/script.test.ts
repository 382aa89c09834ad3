import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from '../../lib/json.ts'
import { openaiChat } from '../openai-chat.ts'
import {
  bodyOf,
  joined,
  streamPartsOf,
  textOf,
  NOTHING_ELSE,
} from '../scripted/fixtures/read-script.ts'
import { demoScript } from './script.ts'

const SCHEMA: JsonObject = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, maximum: 5 } },
  required: ['city', 'days'],
  additionalProperties: false,
}
const TOOLS = ['first', 'second'].map((name) => ({
  type: 'function',
  function: { name, parameters: SCHEMA },
}))

const MODELS = ['echo', 'think', 'tools', 'json', 'flaky?fail=0'] as const

test.each(MODELS)('%s says the same in a stream as in one piece', (model) => {
  const whole = openaiChat.parts(bodyOf(ask(model, { tools: TOOLS })))
  const usage = { stream: true, stream_options: { include_usage: true } }
  const { parts, done } = streamPartsOf(ask(model, { tools: TOOLS, ...usage }))
  expect(done).toBe(true)
  for (const type of ['text', 'reasoning', 'tool_arguments'] as const) {
    expect(joined(parts, type)).toBe(joined(whole, type))
  }
  for (const type of ['tool_call', 'finish', 'usage'] as const) {
    expect(parts.filter((part) => part.type === type)).toEqual(
      whole.filter((part) => part.type === type),
    )
  }
})

test.each(MODELS)('%s answers the same every time', (model) => {
  expect(ask(model, { stream: true })).toEqual(ask(model, { stream: true }))
})

test('echo quotes the user and counts what was attached', () => {
  const content = [
    { type: 'text', text: 'Look at this' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA' } },
  ]
  const text = answerOf('echo', { messages: [{ role: 'user', content }] })
  expect(text).toContain('“Look at this” (with 2 images and 1 file)')
})

test('echo streams at sixty tokens a second, or as fast as it is told', () => {
  const pace = (model: string) => ask(model, { stream: true }).steps[1]?.afterMs
  expect(pace('echo')).toBeCloseTo(1000 / 60)
  expect(pace('echo?tps=500')).toBe(2)
  expect(ask('echo?ttft=800', { stream: true }).steps[0]?.afterMs).toBe(800)
})

test('sends usage in a stream only when it is asked for', () => {
  expect(textOf(ask('echo', { stream: true }))).not.toContain('usage')
  const asked = textOf(ask('echo', { stream: true, stream_options: { include_usage: true } }))
  expect(asked).toMatch(/"choices":\[\],"usage":\{"prompt_tokens":\d+.*\}\n\ndata: \[DONE\]\n\n$/)
})

test('stops at the output limit and says so', () => {
  const { choices, usage } = bodyOf(ask('think', { max_tokens: 5 }))
  expect(choices).toMatchObject([{ finish_reason: 'length', message: { content: null } }])
  expect(usage).toMatchObject({
    completion_tokens: 5,
    completion_tokens_details: { reasoning_tokens: 5 },
  })
})

test('stops at a stop text', () => {
  expect(answerOf('echo', { stop: ['nowhere', ' said'] })).toMatch(/You$/)
})

test('think signs its reasoning', () => {
  const parts = openaiChat.parts(bodyOf(ask('think', {})))
  expect(parts).toContainEqual(
    expect.objectContaining({ type: 'reasoning', signature: expect.stringMatching(/^demo-/) }),
  )
})

test.each([
  ['the first tool', {}, 'first'],
  ['the tool that must be called', { tool_choice: named('second') }, 'second'],
  [
    'the first that is allowed',
    { tool_choice: { type: 'allowed_tools', allowed_tools: { tools: [named('second')] } } },
    'second',
  ],
])('tools calls %s with valid arguments', (_, extra, name) => {
  const parts = openaiChat.parts(bodyOf(ask('tools', { tools: TOOLS, ...extra })))
  expect(parts).toContainEqual(expect.objectContaining({ type: 'tool_call', name }))
  const values = JSON.parse(joined(parts, 'tool_arguments'))
  expect(z.fromJSONSchema(SCHEMA).safeParse(values).success).toBe(true)
})

test.each([
  ['there are no tools', {}, /no tool to call/],
  ['it must not call one', { tools: TOOLS, tool_choice: 'none' }, /told not to/],
  [
    'it has the result',
    {
      tools: TOOLS,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'tool', tool_call_id: 'x', content: '21 degrees' },
      ],
    },
    /The tool says: “21 degrees”/,
  ],
])('tools answers in text when %s', (_, extra, text) => {
  expect(answerOf('tools', extra)).toMatch(text)
})

test('tools refuses a choice that is not among the tools', () => {
  const script = ask('tools', { tools: TOOLS, tool_choice: named('third') })
  expect(script.status).toBe(400)
  expect(textOf(script)).toContain('`third`')
})

test('json satisfies the response schema', () => {
  const response_format = { type: 'json_schema', json_schema: { name: 'x', schema: SCHEMA } }
  const values = JSON.parse(answerOf('json', { response_format }))
  expect(z.fromJSONSchema(SCHEMA).safeParse(values).success).toBe(true)
})

test('json gives a plain object when there is no schema', () => {
  const answer = answerOf('json', { response_format: { type: 'json_object' } })
  expect(JSON.parse(answer)).toMatchObject({ you_said: 'Hi' })
})

test.each([
  [429, 'requests', 'rate_limit_exceeded', '1'],
  [401, 'invalid_request_error', 'invalid_api_key', undefined],
  [500, 'server_error', null, undefined],
  [503, 'server_error', null, '1'],
])('flaky fails with status %d as OpenAI does', (code, type, errorCode, retryAfter) => {
  const script = ask(`flaky?fail=1&code=${code}`, {})
  expect(script.status).toBe(code)
  expect(script.headers['retry-after']).toBe(retryAfter)
  expect(openaiChat.error(bodyOf(script))).toMatchObject({ type, code: errorCode })
})

test('flaky fails as often as it is told, and another try has another chance', () => {
  const statuses = Array.from(
    { length: 1000 },
    (_, attempt) => ask('flaky?fail=0.3&code=503', {}, attempt).status,
  )
  const failed = statuses.filter((status) => status === 503).length
  expect(failed).toBeGreaterThan(250)
  expect(failed).toBeLessThan(350)
})

test.each(['cut', 'stall'])(
  'flaky can %s a stream after some of it, or before all of it',
  (how) => {
    const middle = ask(`flaky?${how}=1`, { stream: true })
    expect(middle.steps.at(-1)?.do).toBe(how)
    expect(joined(streamPartsOf(middle).parts, 'text')).not.toBe('')
    expect(streamPartsOf(middle).done).toBe(false)
    const early = ask(`flaky?${how}=1&at=0`, { stream: true })
    expect(joined(streamPartsOf(early).parts, 'text')).toBe('')
  },
)

test.each(['cut', 'stall'])('flaky can %s an answer in one piece in its middle', (how) => {
  const script = ask(`flaky?${how}=1`, {})
  expect(script.steps.map((step) => step.do)).toEqual(['send', how])
  expect(() => bodyOf(script)).toThrow(/no JSON/)
})

test('flaky without options is flaky', () => {
  const statuses = Array.from({ length: 100 }, (_, attempt) => ask('flaky', {}, attempt).status)
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
})

test.each([
  ['nope', 404, 'Use one of echo, think, tools, json, flaky.'],
  ['toString', 404, 'There is no demo model `toString`.'],
  ['flaky?fial=1', 400, '`fial` is nothing that demo models know.'],
  ['flaky?fail=2', 400, '`fail=2` makes no sense. Give a number from 0 to 1.'],
  ['flaky?fail=', 400, '`fail=` makes no sense.'],
])('refuses %s and says what to do', (model, status, message) => {
  const script = ask(model, {})
  expect(script.status).toBe(status)
  expect(textOf(script)).toContain(message)
})

test('answers whatever it is sent', () => {
  const name = fc.constantFrom(...MODELS)
  const fields = fc.dictionary(
    fc.constantFrom('messages', 'tools', 'tool_choice', 'response_format', 'stop', 'max_tokens'),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(name, fields, fc.boolean(), (model, body, stream) => {
      const script = ask(model, { ...(body as JsonObject), stream })
      expect([200, 400]).toContain(script.status)
    }),
  )
})

function ask(model: string, extra: JsonObject, earlierAttempts = 0) {
  const body = { model, messages: [{ role: 'user', content: 'Hi' }], ...extra }
  return demoScript({
    model,
    body,
    operation: 'chat',
    earlierAttempts,
    call: 0,
    options: {},
    ...NOTHING_ELSE,
  })
}

function answerOf(model: string, extra: JsonObject): string {
  return joined(openaiChat.parts(bodyOf(ask(model, extra))), 'text')
}

function named(name: string) {
  return { type: 'function', function: { name } }
}
