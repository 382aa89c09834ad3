import { expect, test } from 'vitest'
import type { Target } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import { playScript, type ScriptStep } from '../lib/script.ts'
import type { ModelCall } from './ask.ts'
import { openaiChat } from '../providers/openai-chat.ts'
import { hasEndMark, relayEvents } from './relay.ts'
import { StreamSource } from './stream-source.ts'
import { AttemptTrace } from './trace.ts'
import type { Call } from './under-way.ts'

const event = (body: object) => `data: ${JSON.stringify(body)}\n\n`
const text = (content: string) => event({ choices: [{ index: 0, delta: { content } }] })
const FINISH = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
const USAGE = event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } })
const DONE = 'data: [DONE]\n\n'
const CUT = { do: 'cut', afterMs: 0 } as const

interface Relayed {
  readonly out: string
  readonly pieces: readonly string[]
  readonly error: unknown
  readonly attempt: AttemptTrace
  readonly endSoon: number
}

async function relay(
  pieces: readonly (string | ScriptStep)[],
  addedUsage = false,
): Promise<Relayed> {
  const steps = pieces.map((piece): ScriptStep => {
    return typeof piece === 'string' ? { do: 'send', afterMs: 1, text: piece } : piece
  })
  const response = await playScript({ status: 200, headers: {}, steps }).response
  const target = { name: 'p' } as Target
  const attempt = new AttemptTrace({
    id: 'a',
    number: 1,
    reason: 'first',
    ask: {} as ModelCall,
    target,
    wire: openaiChat,
    us: 0,
  })
  let endSoon = 0
  const call = {
    engine: { clock: { now: () => 0, us: () => 0 } },
    target,
    name: 'm/p',
    attempt,
    limit: { progress: () => {}, hold: () => {}, endBy: () => endSoon++ },
    sent: { addedUsage },
    release: () => {},
  } as unknown as Call
  const out: string[] = []
  let error: unknown
  try {
    await relayEvents(call, new StreamSource(call, response, 'sse'), [], (events) => {
      out.push(events.toString())
      return undefined
    })
  } catch (thrown) {
    error = thrown
  }
  return { out: out.join(''), pieces: out, error, attempt, endSoon }
}

test('passes a stream on as it came, in whole events, and notes its usage', async () => {
  const stream = text('a') + ': ping\n\n' + text('日本') + FINISH + USAGE + DONE
  const bytes = Buffer.from(stream).toString('utf8')
  const cut = bytes.match(/.{1,7}/gsu) ?? []
  const { out, pieces, error, attempt, endSoon } = await relay(cut)
  expect(error).toBeUndefined()
  expect(out).toBe(stream)
  expect(pieces.every((piece) => piece.endsWith('\n\n'))).toBe(true)
  expect(attempt.usage).toMatchObject({ input: 3, output: 2 })
  expect(endSoon).toBe(1)
})

test('keeps the usage to itself when only we asked for it', async () => {
  const both = event({ choices: [{ index: 0, delta: {} }], usage: { prompt_tokens: 1 } })
  const empty = event({ choices: [], prompt_filter_results: [] })
  const { out, attempt } = await relay([empty + text('a') + both, FINISH + USAGE, DONE], true)
  expect(out).toBe(empty + text('a') + both + FINISH + DONE)
  expect(attempt.usage).toMatchObject({ input: 3, output: 2 })
})

const crlf = (stream: string) => stream.replaceAll('\n', '\r\n')

test('keeps it to itself however its lines end', async () => {
  const { out } = await relay([crlf(text('a') + USAGE + FINISH + DONE)], true)
  expect(out).toBe(crlf(text('a') + FINISH + DONE))
})

test.each<[string, readonly (string | ScriptStep)[]]>([
  ['an end', [text('a')]],
  ['an end within an event', [text('a'), 'data: {"cho']],
  ['nothing at all', []],
])('%s without a finish is a stream cut off', async (_, pieces) => {
  const { out, error } = await relay(pieces)
  expect(error).toMatchObject({ code: 'upstream_truncated' })
  expect(out).toBe(pieces.includes(text('a')) ? text('a') : '')
})

test('a cut passes on what came whole, and fails', async () => {
  const { out, error } = await relay([text('a'), 'data: {"cho', CUT])
  expect(out).toBe(text('a'))
  expect(error).toMatchObject({ code: 'upstream_truncated', cause: { kind: 'reset' } })
})

test('a cut after the finish does no harm', async () => {
  const { out, error } = await relay([text('a') + FINISH, CUT])
  expect(error).toBeUndefined()
  expect(out).toBe(text('a') + FINISH)
})

test.each([[[] as ScriptStep[]], [[CUT]]])(
  'an end mark without its blank line gets one (%j)',
  async (after) => {
    const { out, error } = await relay([text('a') + FINISH, 'data: [DONE]', ...after])
    expect(error).toBeUndefined()
    expect(out).toBe(text('a') + FINISH + DONE)
  },
)

test('half an event after the finish is not passed on', async () => {
  const { out, error } = await relay([text('a') + FINISH, 'data: {"choices":[],"us'])
  expect(error).toBeUndefined()
  expect(out).toBe(text('a') + FINISH)
})

test('an error in the stream was told to the client, and is one', async () => {
  const failure = event({ error: { message: 'overloaded', code: 529 } })
  const { out, error } = await relay([text('a'), failure])
  expect(out).toBe(text('a') + failure)
  expect(error).toBeInstanceOf(GatewayError)
  expect(error).toMatchObject({ code: 'upstream_unavailable', context: { told: true } })
})

test('a finish far before the end of the stream is found', async () => {
  const comments = `: ${'x'.repeat(1000)}\n\n`.repeat(40)
  const { error, attempt } = await relay([text('a') + FINISH + USAGE, comments])
  expect(error).toBeUndefined()
  expect(attempt.usage).toMatchObject({ input: 3 })
})

test('a model may write about end marks', async () => {
  const { out, error, endSoon } = await relay([
    text('it ends with data: [DONE]'),
    text('b'),
    FINISH,
  ])
  expect(error).toBeUndefined()
  expect(endSoon).toBe(0)
  expect(out).toBe(text('it ends with data: [DONE]') + text('b') + FINISH)
})

test.each([
  [DONE, true],
  [text('a') + DONE, true],
  [`event: end\r\n${DONE}`, true],
  [text('data: [DONE]'), false],
  [text('data: [DONE]') + DONE, true],
  ['', false],
])('in %j there is an end mark: %s', (events, expected) => {
  expect(hasEndMark(Buffer.from(events), openaiChat.endMarks)).toBe(expected)
})

test('an error that comes last reaches the client though its blank line does not', async () => {
  const failure = event({ error: { message: 'Overloaded.' } })
  const { out, error } = await relay([text('Hi'), failure.trimEnd()])
  expect(out).toBe(text('Hi') + failure)
  expect(error).toMatchObject({ message: 'Overloaded.', context: { told: true } })
})
