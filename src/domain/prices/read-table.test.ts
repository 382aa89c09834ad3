import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../lib/json.ts'
import { PriceTableError, readPriceTable } from './read-table.ts'

const GOOD = { provider: 'acme', model: 'Big', from: '2026-01-31', input: 2.5, output: 10 }

test('reads an entry', () => {
  const tiers = [
    { above: 2000, input: 5 },
    { above: 1000, cache_read: 1 },
  ]
  const entry = {
    ...GOOD,
    to: '2026-02-28',
    hours: { days: [1, 5], utc: ['01:00-24:00'], output: 1 },
    tiers,
    source: 'https://x.example',
    checked: '2026-03-01',
  }
  expect(read([entry]).layers).toEqual([
    [
      {
        providers: ['acme'],
        model: 'big',
        from: Date.UTC(2026, 0, 31),
        to: Date.UTC(2026, 2, 1),
        rates: { input: 2_500_000, output: 10_000_000 },
        tiers: [
          { above: 1000, rates: { cacheRead: 1_000_000 } },
          { above: 2000, rates: { input: 5_000_000 } },
        ],
        source: 'https://x.example',
        checked: '2026-03-01',
        hours: { days: [1, 5], minutes: [[60, 1440]], rates: { output: 1_000_000 } },
        fromDay: '2026-01-31',
        toDay: '2026-02-28',
      },
    ],
  ])
})

test.each([
  [{ provider: undefined }, "entries[0].provider: write a provider's type"],
  [{ provider: [] }, "entries[0].provider: write a provider's type"],
  [{ model: 4 }, "entries[0].model: write a model's name"],
  [{ model: 'a*b' }, 'entries[0].model: `*` may only stand at the end.'],
  [{ from: undefined }, 'entries[0].from: write a day like "2026-01-31".'],
  [{ from: '2026-02-30' }, 'entries[0].from: write a day like "2026-01-31".'],
  [{ to: '2025-01-01' }, 'entries[0].to: it is before `from`.'],
  [{ input: undefined }, 'entries[0].input: the price of input tokens is missing.'],
  [{ input: '2.5' }, 'entries[0].input: write US dollars for a million tokens'],
  [{ output: -1 }, 'entries[0].output: write US dollars for a million tokens'],
  [{ output: 0.0000001 }, 'entries[0].output: write US dollars for a million tokens'],
  [{ cached: 1 }, 'entries[0].cached: '],
  [{ cache_reed: 1 }, 'entries[0].cache_reed: did you mean `cache_read`?'],
  [{ currency: 'EUR' }, 'entries[0].currency: prices are in "USD"'],
  [{ tiers: {} }, 'entries[0].tiers: write a list'],
  [{ hours: { utc: ['1-2'] } }, 'entries[0].hours.utc: write a list of times'],
  [{ hours: { utc: ['02:00-01:00'] } }, 'entries[0].hours.utc: write a list of times'],
  [{ hours: { utc: ['01:00-02:00'], days: [7] } }, 'entries[0].hours.days: write a list of days'],
  [{ tiers: [{ input: 1 }] }, 'entries[0].tiers[0].above: write the input tokens'],
])('names the place and the fix of %j', (change, problem) => {
  expect(problemsOf([{ ...GOOD, ...change }]).join('\n')).toContain(`p.json: ${problem}`)
})

test('names everything that is wrong, and what is there twice', () => {
  expect(problemsOf([{}, 3, GOOD]).length).toBeGreaterThan(6)
  expect(problemsOf([GOOD, { ...GOOD, input: 3 }])).toEqual([
    'p.json: acme/big@2026-01-31: it is there twice: give one of them another `from`, or drop it.',
  ])
})

test.each([undefined, null, [], {}, { entries: {} }])('says that %j is no price table', (json) => {
  expect(() => readPriceTable(json, 'p.json')).toThrow('It is no price table')
})

test('no JSON breaks it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (item, rate) => {
      for (const entry of [
        item,
        { ...GOOD, input: rate },
        { ...GOOD, tiers: [item], hours: item },
      ]) {
        expect(() => problemsOf([entry])).not.toThrow()
      }
    }),
  )
})

function read(entries: unknown[]) {
  return readPriceTable(parseJson(JSON.stringify({ entries })), 'p.json')
}

function problemsOf(entries: unknown[]): readonly string[] {
  try {
    read(entries)
    return []
  } catch (thrown) {
    if (thrown instanceof PriceTableError) return thrown.problems
    throw thrown
  }
}
