import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LogFacts, matchesLog } from './log-query-match.ts'
import { parseLogQuery } from './log-query-parser.ts'

const ROW: LogFacts = {
  id: '019700aa-0000-7000-8000-000000000001',
  episodeId: '019700aa-0000-7000-8000-000000000002',
  startedAt: 1000,
  functionName: 'triage',
  variantName: 'baseline',
  requestedModel: 'fast',
  model: 'openai::gpt-5-mini',
  provider: 'openai',
  stream: true,
  outcome: 'upstream_error',
  status: 429,
  errorMessage: 'Slow down, please.',
  inputTokens: 900,
  outputTokens: 101,
  costNano: 12_000_000,
  latencyUs: 2_100_000,
  ttftUs: 400_000,
  tags: { env: 'prod', empty: '' },
  inputPreview: 'Where is my Refund? 發票',
  outputPreview: '',
}

const RUNNING: LogFacts = {
  ...ROW,
  outcome: null,
  status: null,
  errorMessage: null,
  model: null,
  provider: null,
  inputTokens: null,
  outputTokens: null,
  costNano: null,
  latencyUs: null,
  ttftUs: null,
}

test.each([
  ['', true],
  ['refund', true],
  ['REFUND 發票 slow', true],
  ['gpt-5', true],
  ['refund -slow', false],
  ['status:error', true],
  ['status:ok', false],
  ['status:429', true],
  ['status:>=500', false],
  ['outcome:upstream_error', true],
  ['model:fast', true],
  ['model:Fast', false],
  ['model:*gpt-5*', true],
  ['model:gpt-5*', false],
  ['model:*', true],
  ['provider:o*n*i', true],
  ['provider:o*n*ai*i', false],
  ['function:triage variant:base*', true],
  ['id:019700aa* episode:*2', true],
  ['stream:true', true],
  ['stream:false', false],
  ['latency:>2s ttft:<500ms', true],
  ['latency:>2100ms', false],
  ['latency:>=2100ms', true],
  ['cost:0.012', true],
  ['cost:<$0.012', false],
  ['cost:<=$0.012', true],
  ['tokens:>1000', true],
  ['tokens:1001', true],
  ['tag.env:prod', true],
  ['tag.env:p*', true],
  ['tag.empty:""', true],
  ['tag.toString:*', false],
  ['-tag.env:dev', true],
])('%s matches: %s', (query, matches) => {
  expect(matchesLog(parseLogQuery(query).filter, ROW)).toBe(matches)
})

test.each([
  ['status:error', false],
  ['status:ok', false],
  ['-status:error', true],
  ['latency:>0s', false],
  ['-latency:>0s', true],
  ['cost:<1', false],
  ['tokens:<1', false],
  ['provider:*', false],
  ['model:fast', true],
])('%s matches a request that still runs: %s', (query, matches) => {
  expect(matchesLog(parseLogQuery(query).filter, RUNNING)).toBe(matches)
})

test.each([
  [1000, 1001, true],
  [1001, 2000, false],
  [0, 1000, false],
])('keeps to its span of time, the end not included: %d to %d', (from, to, matches) => {
  expect(matchesLog({ terms: [], from, to }, ROW)).toBe(matches)
})

test('understands wildcards as a regular expression would', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 8 })
  fc.assert(
    fc.property(letters, fc.stringMatching(/^[ab]{0,10}$/), (pattern, model) => {
      const expected = new RegExp(`^${pattern.join('').replaceAll('*', '.*')}$`).test(model)
      const term = { field: 'provider', op: '=', value: pattern.join(''), negated: false } as const
      expect(matchesLog({ terms: [term] }, { ...ROW, provider: model })).toBe(expected)
    }),
  )
})
