import { expect, test } from 'vitest'
import type { Target, Timeouts } from '../config/config.ts'
import type { GatewayError } from '../domain/errors.ts'
import { type LimitsOf, TimeLimit } from './time-limit.ts'

const NONE: Timeouts = { totalMs: null, ttftMs: null, streamTotalMs: null, idleMs: null }
const GLOBAL_MS = 900_000

interface Case extends Partial<Omit<LimitsOf, 'target' | 'model'>> {
  readonly own?: Partial<Timeouts>
  readonly ofModel?: Partial<Timeouts>
}

function limitOf({ own, ofModel, ...rest }: Case): { limit: TimeLimit; said: () => string } {
  let reason: GatewayError | undefined
  const limit = new TimeLimit(
    {
      target: { name: 'p', timeouts: { ...NONE, ...own } } as Target,
      model: { name: 'm', timeouts: { ...NONE, ...ofModel } },
      globalMs: GLOBAL_MS,
      stream: false,
      requestUs: 0,
      modelUs: 0,
      variant: null,
      attemptUs: 0,
      ...rest,
    },
    (error) => {
      reason = error
    },
  )
  const said = () => {
    limit.expire()
    expect(reason?.code).toBe('upstream_timeout')
    return reason?.message ?? ''
  }
  return { limit, said }
}

const atMs = ({ atUs }: TimeLimit) => atUs / 1000

test.each<[string, Case, number, string]>([
  ['the gateway’s own', {}, GLOBAL_MS, 'global_outbound_http_timeout_ms` timeout (900s)'],
  ['the provider’s', { own: { totalMs: 50 } }, 50, 'Model provider p timed out'],
  ['the model’s', { ofModel: { totalMs: 40 } }, 40, 'Model m timed out'],
  [
    'the earlier',
    { own: { totalMs: 30 }, ofModel: { totalMs: 40 } },
    30,
    '`non_streaming.total_ms`',
  ],
  [
    'the model’s, counted over all its tries',
    { own: { totalMs: 30 }, ofModel: { totalMs: 40 }, attemptUs: 20_000 },
    40,
    'Model m',
  ],
  [
    'the gateway’s, when it is the earliest',
    { own: { totalMs: 50 }, globalMs: 20 },
    20,
    'The request timed out',
  ],
  ['none of a stream’s', { own: { ttftMs: 1, idleMs: 1, streamTotalMs: 1 } }, GLOBAL_MS, 'global'],
])('a whole answer is bound by %s limit', (_, of, ms, text) => {
  const { limit, said } = limitOf(of)
  expect(atMs(limit)).toBe(ms)
  expect(said()).toContain(text)
})

test.each<[string, Case, number, string]>([
  [
    'five minutes of its try when nothing is set',
    { attemptUs: 7000 },
    300_007,
    'streaming.ttft_ms',
  ],
  ['the provider’s limit', { own: { ttftMs: 50 }, attemptUs: 7000 }, 57, 'Model provider p'],
  ['the model’s limit', { ofModel: { ttftMs: 40 }, attemptUs: 7000 }, 40, 'Model m'],
  ['the earlier', { own: { ttftMs: 50 }, ofModel: { ttftMs: 40 } }, 40, 'Model m'],
  ['a total that ends first', { own: { ttftMs: 50, streamTotalMs: 30 } }, 30, 'streaming.total_ms'],
])('the first content of a stream is due by %s', (_, of, ms, text) => {
  const { limit, said } = limitOf({ stream: true, ...of })
  expect(atMs(limit)).toBe(ms)
  expect(said()).toContain(text)
})

test('after content comes, the next is due within the idle time', () => {
  const { limit, said } = limitOf({ stream: true, own: { idleMs: 20 }, ofModel: { idleMs: 30 } })
  limit.progress(100_000)
  expect(atMs(limit)).toBe(120)
  limit.progress(115_000)
  expect(atMs(limit)).toBe(135)
  expect(said()).toBe(
    'Model provider p timed out due to configured `streaming.idle_ms` timeout (20ms).',
  )
})

test('the model’s idle time counts when it is the shorter', () => {
  const { limit, said } = limitOf({ stream: true, own: { idleMs: 30 }, ofModel: { idleMs: 20 } })
  limit.progress(0)
  expect(atMs(limit)).toBe(20)
  expect(said()).toContain('Model m')
})

test('the idle time never goes beyond the total', () => {
  const { limit, said } = limitOf({ stream: true, own: { idleMs: 20, streamTotalMs: 110 } })
  limit.progress(100_000)
  expect(atMs(limit)).toBe(110)
  expect(said()).toContain('streaming.total_ms')
})

test('while the client is slow only the total counts', () => {
  const { limit } = limitOf({ stream: true, own: { idleMs: 20, streamTotalMs: 500 } })
  limit.progress(0)
  limit.hold()
  expect(atMs(limit)).toBe(500)
  limit.progress(400_000)
  expect(atMs(limit)).toBe(420)
})

test('the end of a whole answer may be given a moment, within the total', () => {
  const { limit } = limitOf({ stream: true, own: { streamTotalMs: 500 } })
  limit.endBy(100_000)
  expect(atMs(limit)).toBe(100)
  limit.endBy(900_000)
  expect(atMs(limit)).toBe(500)
})
