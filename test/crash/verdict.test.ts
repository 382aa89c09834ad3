import { expect, test } from 'vitest'
import { judge, type Run } from './verdict.ts'

const RUN: Run = { kills: 3, acknowledged: 40, faults: [], unanswered: [], restartsMs: [400, 900] }

test('a start that takes long, or an answer that fails, is told and fails nothing', () => {
  const slow = judge({ ...RUN, restartsMs: [400, 13_000, 900], unanswered: ['socket hang up'] })
  expect(slow.passed).toBe(true)
  expect(slow.summary).toMatchObject({
    failed: 0,
    unanswered: 1,
    unanswered_words: ['socket hang up'],
    restart_ms: { median: 900, p95: 13_000, max: 13_000 },
  })
})

test.each([
  ['a lost record', { faults: ['0192: status 404'] }, '0192: status 404'],
  ['a run without acknowledged records', { acknowledged: 0 }, /nothing was acknowledged/],
])('%s fails the run', (_, change, words) => {
  const { passed, summary } = judge({ ...RUN, ...change })
  expect(passed).toBe(false)
  expect(summary.failures).toEqual([expect.stringMatching(words)])
})
