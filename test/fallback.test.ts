import { expect, test } from 'vitest'
import { modelToml, startGateway } from './support/gateway.ts'
import {
  completion,
  delta,
  DONE,
  FINISH,
  reply,
  startUpstream,
  type Step,
  STREAM_HEAD,
  streamed,
} from './support/upstream.ts'

const HI = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }
const ERROR = JSON.stringify({ error: { message: 'broken inside', code: 502 } })
const LIMITS = 'timeouts = { non_streaming.total_ms = 5000, streaming.total_ms = 5000 }'

/** A stalled first provider is given up after its own short limit. */
function routed(first: string, second: string): string {
  const toml = modelToml([first, second], LIMITS)
  const own =
    '[models.m.providers.p1.timeouts]\nnon_streaming.total_ms = 150\nstreaming.ttft_ms = 150'
  return `${toml}\n${own}`
}

const FAULTS: Record<
  string,
  { whole: Step[]; stream?: Step[]; code: string; streamCode?: string }
> = {
  'a reset': { whole: [{ reset: true }], code: 'upstream_reset' },
  'a connection closed without an answer': { whole: [{ end: true }], code: 'upstream_reset' },
  'a 429': {
    whole: reply(429, JSON.stringify({ error: { message: 'slow down' } }), { 'retry-after': '20' }),
    code: 'upstream_rate_limited',
  },
  'a 500 with a web page': {
    whole: reply(500, '<html>oops</html>', { 'content-type': 'text/html' }),
    code: 'upstream_failed',
  },
  'a 401': {
    whole: reply(401, JSON.stringify({ error: { message: 'bad key' } })),
    code: 'upstream_rejected',
  },
  'a stall before the head': { whole: [{ stall: true }], code: 'upstream_timeout' },
  'a redirect': {
    whole: reply(302, '', { location: 'http://127.0.0.1:1/' }),
    code: 'upstream_bad_response',
  },
  'a 200 with an error body': { whole: reply(200, ERROR), code: 'upstream_failed' },
  'a 200 with a web page': {
    whole: reply(200, '<html></html>', { 'content-type': 'text/html' }),
    code: 'upstream_bad_response',
  },
  'half a body': {
    whole: [
      {
        send: `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"choices":[`,
      },
      { end: true },
    ],
    stream: [STREAM_HEAD, { send: 'data: {"choices":[{"index":0,' }, { end: true }],
    code: 'upstream_reset',
    streamCode: 'upstream_bad_response',
  },
  'a stream cut before the first content': {
    whole: reply(200, '{"choices":[{"mess'),
    stream: [STREAM_HEAD, { send: delta({ role: 'assistant', content: '' }) }, { end: true }],
    code: 'upstream_bad_response',
  },
  'a stream reset before the first content': {
    whole: [{ reset: true }],
    // Long enough to be read first: a reset takes away what has not been.
    stream: [STREAM_HEAD, { send: delta({ role: 'assistant' }) }, { waitMs: 100 }, { reset: true }],
    code: 'upstream_reset',
    // A reset of a body without a length looks like its end: only the missing end mark tells.
    streamCode: 'upstream_bad_response',
  },
  'a stream whose first event is an error': {
    whole: reply(200, ERROR),
    stream: streamed([`data: ${ERROR}\n\n`, DONE]),
    code: 'upstream_failed',
  },
  'a stall after the role': {
    whole: [{ stall: true }],
    stream: [STREAM_HEAD, { send: delta({ role: 'assistant' }) }, { stall: true }],
    code: 'upstream_timeout',
  },
  'comments and nothing else': {
    whole: [{ stall: true }],
    stream: [
      STREAM_HEAD,
      ...Array.from({ length: 40 }, () => [{ send: ': wait\n\n' }, { waitMs: 20 }]).flat(),
      { stall: true },
    ],
    code: 'upstream_timeout',
  },
}

const GOOD = streamed([
  delta({ role: 'assistant', content: '' }),
  delta({ content: 'from the ' }),
  delta({ content: 'second' }),
  FINISH,
  DONE,
])

test.each(Object.entries(FAULTS))('falls back after %s', async (_, fault) => {
  await using bad = await startUpstream(() => fault.whole)
  await using good = await startUpstream(() => reply(200, completion('from the second')))
  await using gateway = await startGateway(routed(bad.base, good.base))
  const answer = await gateway.chat(HI)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({
    choices: [{ message: { content: 'from the second' } }],
  })
  const record = await gateway.record()
  expect(record).toMatchObject({ outcome: 'ok', status: 200, model: 'm' })
  expect(record.attempts.map(({ reason, provider }) => [reason, provider])).toEqual([
    ['first', 'p1'],
    ['fallback', 'p2'],
  ])
  expect(good.requests).toHaveLength(1)
  expect(JSON.parse(good.requests[0]?.body ?? '')).toMatchObject({ model: 'upstream-2' })
})

test.each(Object.entries(FAULTS))('falls back in a stream after %s', async (_, fault) => {
  await using bad = await startUpstream(() => fault.stream ?? fault.whole)
  await using good = await startUpstream(() => GOOD)
  await using gateway = await startGateway(routed(bad.base, good.base))
  const answer = await gateway.chat({ ...HI, stream: true })
  expect(answer.status).toBe(200)
  const text = await answer.text()
  expect(text).toContain('"from the "')
  expect(text.endsWith(DONE)).toBe(true)
  const record = await gateway.record()
  expect(record.outcome).toBe('ok')
  expect(record.outputPreview).toBe('from the second')
  expect(record.attempts.map(({ error }) => error)).toEqual([fault.streamCode ?? fault.code, null])
  expect(record.attempts[0]?.errorMessage).toMatch(/\.$|slow down|bad key|broken inside/)
})

test('falls back when the first provider refuses the connection', async () => {
  await using good = await startUpstream(() => reply(200, completion('from the second')))
  await using gateway = await startGateway(routed('http://127.0.0.1:1/', good.base))
  expect((await gateway.chat(HI)).status).toBe(200)
  const record = await gateway.record()
  expect(record.attempts[0]).toMatchObject({
    error: 'upstream_connect',
    mayHaveBeenBilled: false,
    status: null,
  })
})

test('a caller error is not repeated at the same provider', async () => {
  const error = {
    message: 'no such field',
    type: 'invalid_request_error',
    code: 'bad_field',
    param: 'x',
  }
  await using upstream = await startUpstream(() => reply(400, JSON.stringify({ error })))
  await using gateway = await startGateway(
    modelToml([upstream.base], 'retries = { num_retries = 3, max_delay_s = 0.01 }'),
  )
  const answer = await gateway.chat(HI)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error })
  expect(upstream.requests).toHaveLength(1)
  expect((await gateway.record()).outcome).toBe('upstream_error')
})

test('a server error is tried again as often as configured', async () => {
  await using upstream = await startUpstream(({ number }) =>
    number < 2 ? reply(500, '{}') : reply(200, completion('third time')),
  )
  await using gateway = await startGateway(
    modelToml([upstream.base], 'retries = { num_retries = 2, max_delay_s = 0.01 }'),
  )
  expect((await gateway.chat(HI)).status).toBe(200)
  const record = await gateway.record()
  expect(record.attempts.map(({ reason }) => reason)).toEqual(['first', 'retry', 'retry'])
})

test('when everything fails the client is told of every try', async () => {
  await using first = await startUpstream(() => reply(500, '{"error":{"message":"one"}}'))
  await using second = await startUpstream(() =>
    reply(429, '{"error":{"message":"two","type":"tokens"}}', { 'retry-after': '7' }),
  )
  await using gateway = await startGateway(modelToml([first.base, second.base]))
  const answer = await gateway.chat(HI)
  expect(answer.status).toBe(429)
  expect(answer.headers.get('retry-after')).toBe('7')
  const { error } = (await answer.json()) as { error: Record<string, unknown> }
  expect(error['message']).toBe('All model providers failed to infer with errors: p1: one, p2: two')
  expect(error['weir']).toMatchObject({
    class: 'upstream_rate_limited',
    target: 'm/p2',
    attempts: [
      { provider: 'p1', status: 500 },
      { provider: 'p2', status: 429 },
    ],
  })
})

test('a stream cut after its first content ends in an error and no end mark', async () => {
  await using upstream = await startUpstream(() => [
    STREAM_HEAD,
    { send: delta({ content: 'Hal' }) },
    { waitMs: 30 },
    { send: 'data: {"choices":[{"ind' },
    { end: true },
  ])
  await using gateway = await startGateway(modelToml([upstream.base, upstream.base]))
  const text = await (await gateway.chat({ ...HI, stream: true })).text()
  expect(text).toContain('"Hal"')
  expect(text).toContain('upstream_truncated')
  expect(text).not.toContain('[DONE]')
  expect(text).not.toContain('{"choices":[{"ind')
  const record = await gateway.record()
  expect(record).toMatchObject({ outcome: 'truncated', outputPreview: 'Hal' })
  expect(record.attempts).toHaveLength(1)
  expect(record.attempts[0]).toMatchObject({ usageSource: 'estimated', mayHaveBeenBilled: true })
})

test('a stall after the first content ends in a timeout error', async () => {
  await using upstream = await startUpstream(() => [
    STREAM_HEAD,
    { send: delta({ content: 'Hal' }) },
    { stall: true },
  ])
  await using gateway = await startGateway(
    modelToml([upstream.base], 'timeouts = { streaming.idle_ms = 150 }'),
  )
  const text = await (await gateway.chat({ ...HI, stream: true })).text()
  expect(text).toContain('upstream_timeout')
  expect(await gateway.record()).toMatchObject({ outcome: 'timeout', error: 'upstream_timeout' })
})

test.each(['m', 'tensorzero::model_name::m'])(
  'a connection that lingers after the end mark does no harm: %s',
  async (model) => {
    await using upstream = await startUpstream(() => [
      STREAM_HEAD,
      { send: delta({ content: 'Hal' }) + FINISH + DONE },
      { stall: true },
    ])
    await using gateway = await startGateway(
      modelToml([upstream.base], 'timeouts = { streaming.total_ms = 300 }'),
    )
    const text = await (await gateway.chat({ ...HI, model, stream: true })).text()
    expect(text).toContain('[DONE]')
    expect(text).not.toContain('upstream_timeout')
    expect(await gateway.record()).toMatchObject({ outcome: 'ok', error: null })
  },
)

test('an error event inside a stream reaches the client once, as the provider said it', async () => {
  const failure = `data: ${JSON.stringify({ error: { message: 'went wrong', code: 'E7' } })}\n\n`
  await using upstream = await startUpstream(() =>
    streamed([delta({ content: 'Hal' }), failure], 30),
  )
  await using gateway = await startGateway(modelToml([upstream.base]))
  const text = await (await gateway.chat({ ...HI, stream: true })).text()
  expect(text).toBe(delta({ content: 'Hal' }) + failure)
  expect(await gateway.record()).toMatchObject({
    outcome: 'upstream_error',
    errorMessage: 'went wrong',
  })
})

test('an end mark without finish reason, and a finish reason without end mark, are both ends', async () => {
  await using marked = await startUpstream(() => streamed([delta({ content: 'a' }), DONE]))
  await using finished = await startUpstream(() => streamed([delta({ content: 'b' }), FINISH]))
  for (const upstream of [marked, finished]) {
    await using gateway = await startGateway(modelToml([upstream.base]))
    const text = await (await gateway.chat({ ...HI, stream: true })).text()
    expect(text).not.toContain('error')
    expect((await gateway.record()).outcome).toBe('ok')
  }
})

test('a client that leaves ends the call upstream at once, and the row says so', async () => {
  await using upstream = await startUpstream(() => [
    STREAM_HEAD,
    { send: delta({ content: 'Hello' }) },
    { stall: true },
  ])
  await using gateway = await startGateway(modelToml([upstream.base]))
  const stop = new AbortController()
  const answer = await gateway.chat({ ...HI, stream: true }, { signal: stop.signal })
  const reader = answer.body?.getReader()
  await reader?.read()
  stop.abort()
  const record = await gateway.record()
  expect(record).toMatchObject({ outcome: 'client_gone', status: 499, outputPreview: 'Hello' })
  await expect.poll(() => upstream.open()).toBe(0)
})

test('a client that leaves before the first token ends the call too', async () => {
  await using upstream = await startUpstream(() => [{ stall: true }])
  await using gateway = await startGateway(modelToml([upstream.base]))
  const stop = new AbortController()
  const answer = gateway.chat(HI, { signal: stop.signal }).catch(() => undefined)
  await expect.poll(() => upstream.requests.length).toBe(1)
  stop.abort()
  await answer
  expect(await gateway.record()).toMatchObject({ outcome: 'client_gone', outputPreview: '' })
  await expect.poll(() => upstream.open()).toBe(0)
})
