import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { UNKNOWN_USAGE, type Usage } from '../usage.ts'
import { modelNames } from './model-names.ts'
import { findEntry, priceOf } from './price-of.ts'
import { readPriceTable } from './read-table.ts'
import { joinTables, type PriceTable } from './table.ts'

const DAY = Date.UTC(2026, 0, 15, 12)

const table = tableOf([
  { provider: 'acme', model: 'big', from: '2025-01-01', to: '2025-12-31', input: 5, output: 20 },
  { provider: 'acme', model: 'big', from: '2026-01-01', input: 2.5, cache_read: 0.25, output: 10 },
  { provider: ['acme', 'other'], model: 'big-2024-05-13', from: '2024-05-13', input: 7, output: 9 },
  { provider: 'acme', model: 'b*', from: '2020-01-01', input: 99 },
  {
    provider: 'acme',
    model: 'tiered',
    from: '2025-01-01',
    input: 1,
    cache_read: 0.1,
    output: 10,
    tiers: [
      { above: 1000, input: 4, output: 40 },
      { above: 100, input: 2 },
    ],
  },
])

test('adds up every bucket at its own price, to the last nano-dollar', () => {
  const all = tableOf([
    {
      provider: 'acme',
      model: 'big',
      from: '2025-01-01',
      input: 1,
      cache_read: 0.003625,
      cache_write: 3,
      cache_write_1h: 4,
      audio_input: 5,
      image_input: 6,
      output: 7,
      reasoning: 8,
      audio_output: 9,
    },
  ])
  const usage: Usage = {
    input: 1,
    cacheRead: 1000,
    cacheWrite: 1,
    cacheWrite1h: 1,
    audioInput: 1,
    imageInput: 1,
    output: 1,
    reasoning: 1,
    audioOutput: 1,
  }
  expect(costIn(all, 'big', usage)).toBe(1000 + 3625 + 3000 + 4000 + 5000 + 6000 + 7000 + 17_000)
})

test('a bucket without a price of its own costs as its kin', () => {
  const usage = { cacheRead: 1, cacheWrite: 1, cacheWrite1h: 1, audioInput: 1, imageInput: 1 }
  expect(costIn(table, 'big', { ...usage, reasoning: 2, audioOutput: 3 })).toBe(
    250 + 4 * 2500 + 5 * 10_000,
  )
  const written = [{ provider: 'acme', model: 'm', from: '2025-01-01', input: 1, cache_write: 2 }]
  expect(costIn(tableOf(written), 'm', { input: 0, cacheWrite1h: 1 })).toBe(2000)
})

test.each([
  [100, 100 * 1000],
  [101, 101 * 2000],
  [1001, 1001 * 4000],
])('the size of the whole input picks the tier: %i tokens', (input, nano) => {
  expect(costIn(table, 'tiered', { input })).toBe(nano)
  expect(costIn(table, 'tiered', { input: 0, cacheRead: input })).toBe(input * 100)
})

test('a tier changes only what it names', () => {
  expect(costIn(table, 'tiered', { input: 101, output: 1 })).toBe(101 * 2000 + 10_000)
})

test.each([
  ['2026-01-15T00:59:59.999Z', 1000],
  ['2026-01-15T01:00:00.000Z', 2000],
  ['2026-01-15T03:59:59.999Z', 2000],
  ['2026-01-15T04:00:00.000Z', 1000],
  ['2026-01-17T02:00:00.000Z', 1000],
])('some hours have their own prices: %s', (time, nano) => {
  const hours = { days: [1, 2, 3, 4, 5], utc: ['01:00-04:00'], input: 2 }
  const peaks = tableOf([{ provider: 'acme', model: 'm', from: '2025-01-01', input: 1, hours }])
  const usage = { ...UNKNOWN_USAGE, input: 1 }
  const at = Date.parse(time)
  expect(priceOf(peaks, { providerType: 'acme', model: 'm', at, usage })?.nano).toBe(nano)
})

test.each([
  ['no entry names the model', 'small', { input: 1 }],
  ['the size of the input is not known', 'big', { output: 5 }],
  ['nothing is known', 'big', {}],
])('is unknown when %s', (_, model, usage) => {
  expect(costIn(table, model, usage)).toBeNull()
})

test('nothing used costs nothing', () => {
  expect(costIn(table, 'big', { input: 0, output: 0 })).toBe(0)
})

test('says which entry a price is from', () => {
  const usage = { ...UNKNOWN_USAGE, input: 1 }
  expect(priceOf(table, { providerType: 'acme', model: 'big', at: DAY, usage })).toEqual({
    nano: 2500,
    priced: 'table',
    entry: 'acme/big@2026-01-01',
  })
})

test.each([
  ['2025-12-31T23:59:59.999Z', '2025-01-01'],
  ['2026-01-01T00:00:00.000Z', '2026-01-01'],
  ['2024-12-31T23:59:59.999Z', '2020-01-01'],
])('the day of the request picks from the history of prices: %s', (time, from) => {
  expect(entryAt('big', Date.parse(time))).toBe(from)
})

test('the entry in force is the one with the latest beginning that is not in the future', () => {
  const day = fc.integer({ min: 0, max: 20_000 })
  fc.assert(
    fc.property(fc.uniqueArray(day, { minLength: 1 }), day, (days, now) => {
      const entries = days.map((from) => ({
        provider: 'acme',
        model: 'm',
        from: new Date(from * 86_400_000).toISOString().slice(0, 10),
        input: 1,
      }))
      const found = findEntry(tableOf(entries), {
        providerType: 'acme',
        model: 'm',
        at: now * 86_400_000 + 5,
      })
      const past = days.filter((from) => from <= now)
      const wanted = past.length === 0 ? undefined : Math.max(...past) * 86_400_000
      expect(found?.from).toBe(wanted)
    }),
  )
})

test('a dated model has its own price, else that of its name, else that of a common start', () => {
  expect(entryAt('big-2024-05-13', DAY)).toBe('2024-05-13')
  expect(entryAt('big-2024-08-06', DAY)).toBe('2026-01-01')
  expect(entryAt('bigger', DAY)).toBe('2020-01-01')
  expect(findEntry(table, { providerType: 'other', model: 'big', at: DAY })).toBeNull()
})

test('the first layer that knows a model is asked alone', () => {
  const own = tableOf([{ provider: 'acme', model: 'big*', from: '2020-01-01', input: 0 }])
  const joined = joinTables(own, table)
  expect(costIn(joined, 'big', { input: 10, output: 10 })).toBe(0)
  expect(costIn(joined, 'tiered', { input: 10 })).toBe(10_000)
})

test.each([
  ['us.vendor.big-3-5-20241022-v2:0', 'big-3-5'],
  ['arn:aws:bedrock:us-east-1:1:inference-profile/eu.vendor.big-3-v1:0', 'big-3'],
  ['vendor/big-4.1-mini', 'big-4.1-mini'],
  ['accounts/host/models/big-v3p1', 'big-v3p1'],
  ['big-sonnet-4@20250514', 'big-sonnet-4'],
  ['Big-Large-Latest', 'big-large'],
  ['big-4-0613', 'big-4'],
  ['big2.5-72b', 'big2.5-72b'],
  ['big-2.0-flash-001', 'big-2.0-flash'],
])('%s is also known as %s', (model, name) => {
  expect(modelNames(model).at(-1)).toBe(name)
  expect(modelNames(model)[0]).toBe(model.toLowerCase())
})

const count = fc.option(fc.integer({ min: 0, max: 50_000_000 }), { nil: null })
const anyUsage: fc.Arbitrary<Usage> = fc.record({
  input: count,
  cacheRead: count,
  cacheWrite: count,
  cacheWrite1h: count,
  audioInput: count,
  imageInput: count,
  output: count,
  reasoning: count,
  audioOutput: count,
})

test('costs add up: what is split over two requests costs the same', () => {
  const known = anyUsage.map((usage) => ({ ...usage, input: usage.input ?? 0 }))
  fc.assert(
    fc.property(known, known, (a, b) => {
      const both = { ...a, input: a.input + b.input, output: (a.output ?? 0) + (b.output ?? 0) }
      const rest = { ...UNKNOWN_USAGE, input: b.input, output: b.output }
      const sum = (costIn(table, 'big', a) ?? NaN) + (costIn(table, 'big', rest) ?? NaN)
      expect(costIn(table, 'big', both)).toBe(sum)
    }),
  )
})

test('any usage has a whole cost, not below nothing, or none', () => {
  const wild = fc.oneof(count, fc.double(), fc.constant(Number.MAX_SAFE_INTEGER))
  fc.assert(
    fc.property(anyUsage, wild, fc.string(), (usage, output, model) => {
      const cost = costIn(table, `b${model}`, { ...usage, output })
      expect(cost === null || (Number.isSafeInteger(cost) && cost >= 0)).toBe(true)
    }),
  )
})

function tableOf(entries: unknown[]): PriceTable {
  return readPriceTable(JSON.parse(JSON.stringify({ entries })), 'test')
}

function costIn(prices: PriceTable, model: string, usage: Partial<Usage>): number | null {
  const whole = { ...UNKNOWN_USAGE, ...usage }
  return priceOf(prices, { providerType: 'acme', model, at: DAY, usage: whole })?.nano ?? null
}

function entryAt(model: string, at: number): string | undefined {
  return findEntry(table, { providerType: 'acme', model, at })?.fromDay
}
