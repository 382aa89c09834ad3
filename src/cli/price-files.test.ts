import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findEntry, priceOf } from '../domain/prices/price-of.ts'
import type { PriceEntry } from '../domain/prices/table.ts'
import { UNKNOWN_USAGE, type Usage } from '../domain/usage.ts'
import { providers } from '../providers/index.ts'
import { loadPriceTable, readPriceFile, userPriceFile } from './price-files.ts'

const AT = Date.UTC(2026, 10, 24, 12)
const shipped = loadPriceTable(null)
const entries = shipped.layers.flat()

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-prices-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('every shipped price is of a provider we have, and names its source', () => {
  const known = new Set(providers.map(({ type }) => type))
  for (const entry of entries) {
    expect(entry.providers.filter((name) => !known.has(name))).toEqual([])
    expect(entry.source).toMatch(/^https:\/\//)
  }
  expect(entries.length).toBeGreaterThan(100)
})

test('the history of a model has no two prices for one day', () => {
  const byModel = new Map<string, PriceEntry[]>()
  for (const entry of entries) {
    for (const provider of entry.providers) {
      const key = `${provider}/${entry.model}`
      byModel.set(key, [...(byModel.get(key) ?? []), entry])
    }
  }
  for (const [model, history] of byModel) {
    const sorted = history.toSorted((a, b) => a.from - b.from)
    for (const [index, entry] of sorted.entries()) {
      const next = sorted[index + 1]
      if (next) expect(entry.to, model).toBeLessThanOrEqual(next.from)
    }
  }
})

test('reading from a cache never costs more than reading afresh', () => {
  for (const { rates, model } of entries) {
    expect(rates.cacheRead ?? 0, model).toBeLessThanOrEqual(rates.input ?? 0)
  }
})

test.each([
  ['openai', 'gpt-4o-2024-11-20', 2_500_000],
  ['openai', 'gpt-4o-2024-05-13', 5_000_000],
  ['azure', 'gpt-5.1', 1_250_000],
  ['anthropic', 'claude-sonnet-4-5-20250929', 3_000_000],
  ['anthropic', 'claude-3-5-haiku-latest', 800_000],
  ['aws_bedrock', 'us.anthropic.claude-sonnet-4-20250514-v1:0', 3_000_000],
  ['aws_bedrock', 'us.anthropic.claude-opus-4-5-20251101-v1:0', 5_500_000],
  ['aws_bedrock', 'global.anthropic.claude-opus-4-5-20251101-v1:0', 5_000_000],
  ['aws_bedrock', 'eu.amazon.nova-pro-v1:0', 800_000],
  ['gcp_vertex_anthropic', 'claude-opus-4-1@20250805', 15_000_000],
  ['gcp_vertex_gemini', 'gemini-2.0-flash-001', 100_000],
  ['groq', 'openai/gpt-oss-120b', 150_000],
  ['fireworks', 'accounts/fireworks/models/kimi-k2p6', 950_000],
  ['xai', 'grok-4-0709', 3_000_000],
  ['xai', 'grok-4-fast-non-reasoning', 200_000],
  ['mistral', 'codestral-2508', 300_000],
])('knows what %s takes for %s', (providerType, model, input) => {
  expect(findEntry(shipped, { providerType, model, at: AT })?.rates.input).toBe(input)
})

test.each([
  ['openai', 'gpt-4o-audio-preview'],
  ['openai', 'claude-opus-4-5'],
  ['anthropic', 'claude-opus-9'],
  ['mistral', 'codestral-embed'],
])('does not guess what %s takes for %s', (providerType, model) => {
  expect(findEntry(shipped, { providerType, model, at: AT })).toBeNull()
})

test('prices a request with a cache as the provider does', () => {
  const usage = { input: 21, cacheRead: 188_086, cacheWrite: 1000, cacheWrite1h: 500, output: 393 }
  // 21 x $3 + 188,086 x $0.30 + 1,000 x $3.75 + 500 x $6 + 393 x $15, for a million each.
  expect(costOf('anthropic', 'claude-sonnet-4-5', usage)).toBe(69_133_800)
})

test('prices a peak, and a long prompt', () => {
  const peak = Date.UTC(2026, 10, 24, 2)
  expect(costOf('deepseek', 'deepseek-flash', { input: 1e6 }, peak)).toBe(300_000_000)
  expect(costOf('deepseek', 'deepseek-flash', { input: 1e6 })).toBe(150_000_000)
  expect(costOf('openai', 'gpt-6.2-sol', { input: 300_000, output: 10 })).toBe(1_200_150_000)
})

test("a user's prices come before ours", () => {
  const file = join(directory, 'prices.json')
  expect(userPriceFile(null, directory)).toBeNull()
  const own = { provider: 'openai', model: 'gpt-4o', from: '2020-01-01', input: 1 }
  writeFileSync(file, JSON.stringify({ entries: [own] }))
  expect(userPriceFile(null, directory)).toBe(file)
  expect(userPriceFile('other.json', directory)).toBe('other.json')
  const table = loadPriceTable(file)
  const find = (model: string) => findEntry(table, { providerType: 'openai', model, at: AT })
  expect(find('gpt-4o')?.rates.input).toBe(1_000_000)
  expect(find('gpt-4o-mini')?.rates.input).toBe(150_000)
})

test('says which file is wrong, and how', () => {
  const file = join(directory, 'prices.json')
  expect(() => readPriceFile(file)).toThrow(`${file}: It cannot be read`)
  writeFileSync(file, '{')
  expect(() => readPriceFile(file)).toThrow(`${file}: It is not valid JSON.`)
  writeFileSync(file, '{"entries": [{}]}')
  expect(() => loadPriceTable(file)).toThrow(`${file}: entries[0].input: `)
})

function costOf(
  providerType: string,
  model: string,
  usage: Partial<Usage>,
  at = AT,
): number | undefined {
  const whole = { ...UNKNOWN_USAGE, ...usage }
  return priceOf(shipped, { providerType, model, at, usage: whole })?.nano
}
