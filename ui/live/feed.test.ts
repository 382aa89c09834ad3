import { expect, test } from 'vitest'
import type { LogRow } from '../../src/api/ui/contract.ts'
import { CUT, Feed } from './feed.ts'

function row(at: number, change: Partial<LogRow> = {}): LogRow {
  return {
    id: `id-${String(at).padStart(6, '0')}`,
    episode_id: 'episode',
    started_at: new Date(at * 1_000).toISOString(),
    state: 'done',
    outcome: 'ok',
    status: 200,
    function_name: 'f',
    variant_name: 'v',
    requested_model: 'm',
    model: 'm',
    provider: 'p',
    stream: true,
    input_preview: '',
    output_preview: '',
    error_message: null,
    input_tokens: null,
    output_tokens: null,
    cost: null,
    latency_ms: 1,
    ttft_ms: null,
    attempts: 1,
    tags: {},
    ...change,
  }
}

const running = (at: number): LogRow => row(at, { state: 'running', outcome: null, status: null })

function loaded(...ats: number[]): Feed {
  const feed = new Feed()
  feed.loadNewest({ rows: ats.map((at) => row(at)), next: 'older' })
  return feed
}

function order(feed: Feed): number[] {
  return feed.order.map((id) => Number(id.slice(3)))
}

test('running rows are on top, the newest first, and go to their time when they end', () => {
  const feed = loaded(5, 3)
  feed.apply({ type: 'start', row: running(4) })
  feed.apply({ type: 'start', row: running(6) })
  expect(order(feed)).toEqual([6, 4, 5, 3])
  feed.apply({ type: 'end', row: row(4) })
  expect(order(feed)).toEqual([6, 5, 4, 3])
})

test('while it is held, rows change in place and new ones wait', () => {
  const feed = loaded(5, 3)
  feed.apply({ type: 'start', row: running(4) })
  feed.hold(true)
  feed.apply({ type: 'start', row: running(7) })
  feed.apply({ type: 'end', row: row(4) })
  expect(order(feed)).toEqual([4, 5, 3])
  expect(feed.held).toHaveLength(1)
  feed.hold(false)
  expect(order(feed)).toEqual([7, 5, 4, 3])
  expect(feed.held).toEqual([])
})

test('text is gathered until the row ends, and begins anew with another attempt', () => {
  const feed = loaded()
  const id = row(1).id
  feed.apply({ type: 'start', row: running(1) })
  feed.apply({ type: 'delta', id, text: '', reasoning: 'hm', latency_ms: 100 })
  feed.apply({ type: 'delta', id, text: 'yes', reasoning: '', latency_ms: 200 })
  expect(feed.streams.get(id)).toEqual({
    text: 'yes',
    reasoning: 'hm',
    latencyMs: 200,
    reasoningAtMs: 100,
    textAtMs: 200,
  })
  feed.apply({ type: 'attempt', id, number: 2, provider: 'p', error_message: 'cut' })
  feed.apply({ type: 'delta', id, text: 'no', reasoning: '', latency_ms: 300 })
  expect(feed.streams.get(id)?.text).toBe('no')
  feed.apply({ type: 'end', row: row(1) })
  expect(feed.streams.has(id)).toBe(false)
})

test('a late start does not bring a finished row back to life', () => {
  const feed = loaded(1)
  feed.apply({ type: 'start', row: running(1) })
  expect(feed.row(row(1).id)?.state).toBe('done')
})

test('after a reconnection, rows that ended meanwhile come with the newest page', () => {
  const feed = loaded(2, 1)
  feed.apply({ type: 'start', row: running(3) })
  feed.apply({ type: 'hello', session: 's', rows: [running(5)] })
  expect(order(feed)).toEqual([5, 2, 1])
  feed.loadNewest({ rows: [row(4), row(3), row(2)], next: 'other' })
  expect(order(feed)).toEqual([5, 4, 3, 2, 1])
  expect(feed.next).toBe('older')
})

test('a newest page that touches nothing known begins the log anew: there is a hole between', () => {
  const feed = loaded(2, 1)
  feed.loadNewest({ rows: [row(9), row(8)], next: 'cursor' })
  expect(order(feed)).toEqual([9, 8])
  expect(feed.next).toBe('cursor')
})

test('older pages go below, and rows known already are not doubled', () => {
  const feed = loaded(4, 3)
  feed.loadOlder({ rows: [row(3), row(2)], next: null })
  expect(order(feed)).toEqual([4, 3, 2])
  expect(feed.next).toBeNull()
})

test('at most five thousand rows are kept, and the dropped tail can be read again', () => {
  const feed = loaded(1)
  for (let at = 2; at <= 5_001; at++) feed.apply({ type: 'end', row: row(at) })
  expect(feed.order.length).toBeLessThanOrEqual(5_000)
  expect(feed.rows.size).toBe(feed.order.length)
  expect(feed.next).toBe(CUT)
  expect(order(feed)[0]).toBe(5_001)
})
