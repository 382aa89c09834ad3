import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { totalInput, totalOutput, UNKNOWN_USAGE } from '../../domain/usage.ts'
import { readCompletion } from './read.ts'
import { readUsage } from './usage.ts'

const CACHED_4 = { input: 6, cacheRead: 4 }

test.each([
  [
    'plain totals',
    { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    { input: 7, output: 2 },
  ],
  ['nothing', {}, {}],
  ['nulls', { prompt_tokens: null, completion_tokens: null, prompt_tokens_details: null }, {}],
  ['senseless numbers', { prompt_tokens: -1, completion_tokens: '5' }, {}],
  [
    'cached and audio details',
    {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, audio_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 5 },
    },
    { input: 30, cacheRead: 60, audioInput: 10, output: 25, reasoning: 20, audioOutput: 5 },
  ],
  [
    'a cache that is written',
    { prompt_tokens: 100, prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 } },
    { input: 10, cacheRead: 60, cacheWrite: 30 },
  ],
  [
    'the same in Alibaba’s words',
    {
      prompt_tokens: 9,
      prompt_tokens_details: { cached_tokens: 2, cache_creation_input_tokens: 3 },
    },
    { input: 4, cacheRead: 2, cacheWrite: 3 },
  ],
  [
    'the same in LiteLLM’s',
    { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 2, cache_creation_tokens: 3 } },
    { input: 4, cacheRead: 2, cacheWrite: 3 },
  ],
  [
    'hits and misses of a cache',
    {
      prompt_tokens: 100,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
      completion_tokens: 3,
    },
    { input: 36, cacheRead: 64, output: 3 },
  ],
  [
    'reasoning that is counted apart',
    {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    },
    { input: 10, output: 5, reasoning: 100 },
  ],
  [
    'reasoning that is counted within',
    {
      prompt_tokens: 10,
      completion_tokens: 105,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    },
    { input: 10, output: 5, reasoning: 100 },
  ],
  [
    'reasoning beside the totals',
    { prompt_tokens: 10, completion_tokens: 105, reasoning_tokens: 100 },
    { input: 10, output: 5, reasoning: 100 },
  ],
  ['cached tokens beside the totals', { prompt_tokens: 10, cached_tokens: 4 }, CACHED_4],
  ['Mistral’s word for them', { prompt_tokens: 10, num_cached_tokens: 4 }, CACHED_4],
  ['Claude’s word for them', { prompt_tokens: 10, cache_read_input_tokens: 4 }, CACHED_4],
  [
    'more cached tokens than tokens',
    { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 12 } },
    { input: 0, cacheRead: 10 },
  ],
])('F172 reads %s', (_, raw, expected) => {
  expect(readUsage(raw)).toEqual({ ...UNKNOWN_USAGE, ...expected })
})

test('the buckets add up to the totals, whatever the details say', () => {
  const count = fc.option(fc.nat({ max: 500 }), { nil: undefined })
  fc.assert(
    fc.property(
      fc.nat({ max: 1000 }),
      fc.nat({ max: 1000 }),
      fc.array(count, { minLength: 5, maxLength: 5 }),
      (prompt, completion, [cached, written, audioIn, reasoning, audioOut]) => {
        const usage = readUsage({
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: prompt + completion,
          prompt_tokens_details: defined({
            cached_tokens: cached,
            cache_write_tokens: written,
            audio_tokens: audioIn,
          }),
          completion_tokens_details: defined({
            reasoning_tokens: reasoning,
            audio_tokens: audioOut,
          }),
        })
        expect([totalInput(usage), totalOutput(usage)]).toEqual([prompt, completion])
        expect(usage.cacheRead === null).toBe(cached === undefined)
      },
    ),
  )
})

function defined(fields: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}

test('usage may stand in a corner of its own, and may name a price', () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2 }
  expect(readCompletion({ choices: [], x_groq: { usage } })).toContainEqual({
    type: 'usage',
    usage: { ...UNKNOWN_USAGE, input: 1, output: 2 },
    raw: usage,
  })
  expect(readCompletion({ usage: { ...usage, cost: 0.002 } })).toMatchObject([
    { reportedCost: 0.002 },
  ])
  expect(readCompletion({ choices: [], usage: null })).toEqual([])
  const last = { index: 0, delta: {}, finish_reason: 'stop', usage }
  expect(readCompletion({ choices: [last] })).toMatchObject([
    { type: 'raw' },
    { type: 'finish' },
    { type: 'usage', raw: usage },
  ])
})

test.each([
  ['a number', { cost: 0.002 }],
  ['a total among others', { cost: { request_cost: 0.001, total_cost: 0.002 } }],
  ['an estimate', { estimated_cost: 0.002 }],
  ['ticks, of which a dollar has 10^10', { cost_in_usd_ticks: 20_000_000 }],
])('a price may be %s', (_, said) => {
  const usage = { prompt_tokens: 1, ...said }
  expect(readCompletion({ choices: [], usage })).toMatchObject([{ reportedCost: 0.002 }])
})

test('a price may stand beside the usage', () => {
  const body = { choices: [], usage: { prompt_tokens: 1 }, cost: { usd: 0.002, diem: 0 } }
  const parts = readCompletion(body)
  expect(parts).toContainEqual(expect.objectContaining({ type: 'usage', reportedCost: 0.002 }))
})

test('reasoning that is in none of the totals takes no place in them', () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3847, total_tokens: 3854 }
  expect(readUsage({ ...usage, reasoning_tokens: 308_156 })).toMatchObject({
    output: 3847,
    reasoning: null,
  })
  expect(readUsage({ ...usage, reasoning_tokens: 847 })).toMatchObject({
    output: 3000,
    reasoning: 847,
  })
})
