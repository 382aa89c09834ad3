import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BATCH_DIALECT, type InferenceRecord } from '../domain/record.ts'
import { attemptOf, idOf, recordOf } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'
import type { UsageQuery } from './usage.ts'

const HOUR = 3_600_000
const MONDAY = Date.UTC(2026, 10, 23)

const ALL: UsageQuery = { level: 'inference', period: 'all', by: [] }

function recordAt(number: number, at: number, changes: Partial<InferenceRecord> = {}) {
  return recordOf(number, { startedAt: MONDAY + at, ...changes })
}

/** What every engine answers about usage. */
export function describeUsage(name: string, open: () => Promise<TestStore>): void {
  describe(`usage on ${name}`, () => {
    let store: TestStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    const countsOf = async (query: Partial<UsageQuery>) => {
      const rows = await store.reader.usage({ ...ALL, ...query })
      return rows.map(({ startedAt, count }) => [startedAt, count])
    }

    test('of nothing there are no rows', async () => {
      expect(await store.reader.usage(ALL)).toEqual([])
      await store.write([recordOf(1)])
      expect(await store.reader.usage({ ...ALL, where: { model: 'nobody' } })).toEqual([])
      expect(await store.reader.usage({ ...ALL, to: 0 })).toEqual([])
    })

    test('adds up what is known', async () => {
      await store.write([
        recordAt(1, 0),
        recordAt(2, 1, { usage: null, costNano: null }),
        recordAt(3, 2, { outcome: 'timeout', costNano: 1 }),
      ])
      const [row] = await store.reader.usage({ ...ALL, quantiles: [0.5, 1] })
      expect(row).toMatchObject({
        startedAt: null,
        names: { function: null, variant: null, model: null, provider: null },
        count: 3,
        failed: 1,
        cached: 0,
        usage: { input: 20, cacheRead: 4, cacheWrite: null, output: 10, reasoning: 0 },
        inputTokens: 24,
        outputTokens: 10,
        costNano: 1_234_568,
        costed: 2,
        lastAt: MONDAY + 2,
        ttftUs: [null, null],
      })
      expect(row?.latencyUs.map((us) => Math.round((us ?? 0) / 50_000))).toEqual([20, 20])
    })

    test.each(['inference', 'attempt'] as const)('a batch’s time is no %s’s', async (level) => {
      const long = { latencyUs: 9e9, attempts: [attemptOf(2, { startedUs: 0, endedUs: 9e9 })] }
      await store.write([recordAt(1, 0), recordAt(2, 1, { ...long, dialect: BATCH_DIALECT })])
      const [row] = await store.reader.usage({ ...ALL, level, quantiles: [1] })
      expect(row?.count).toBe(2)
      expect(row?.latencyUs[0]).toBeLessThan(5e6)
    })

    test('tells nothing known from nothing used', async () => {
      await store.write([recordOf(1, { usage: null, costNano: null })])
      const [row] = await store.reader.usage(ALL)
      expect(row).toMatchObject({ inputTokens: null, costNano: null, costed: 0 })
      expect(row?.latencyUs).toEqual([])
    })

    test('tells the names apart that are asked for', async () => {
      await store.write([
        recordAt(1, 0, { functionName: 'f', variantName: 'a' }),
        recordAt(2, 1, { functionName: 'f', variantName: 'b', model: null, attempts: [] }),
        recordAt(3, 2, { functionName: 'g', variantName: 'a', model: 'other' }),
      ])
      const rows = await store.reader.usage({ ...ALL, by: ['function', 'model'] })
      const names = rows.map(({ names: { function: f, model, variant } }) => [f, model, variant])
      const texts = names.map((of) => of.join(' ')).toSorted()
      expect(texts).toEqual(['f  ', 'f gpt ', 'g other '])
      expect(await countsOf({ where: { function: 'f' } })).toEqual([[null, 2]])
      expect(await countsOf({ where: { function: 'f', variant: 'b' } })).toEqual([[null, 1]])
      expect(await countsOf({ where: { provider: 'main' } })).toEqual([[null, 2]])
    })

    test('tells by how it ended', async () => {
      await store.write([
        recordAt(1, 0),
        recordAt(2, 1, { outcome: 'upstream_error', latencyUs: 9e9 }),
        recordAt(3, 2, { attempts: [attemptOf(3, { cached: true })] }),
      ])
      const endings = ['ok', 'failed', 'cached'] as const
      for (const ending of endings) {
        expect(await countsOf({ endings: [ending] })).toEqual([[null, 1]])
      }
      const [row] = await store.reader.usage({ ...ALL, endings: ['ok'], quantiles: [0.99] })
      expect(row?.latencyUs[0]).toBeLessThan(1_100_000)
      expect(await store.reader.usage(ALL)).toMatchObject([{ count: 3, failed: 1, cached: 1 }])
    })

    test('knows each try at a provider, under the names of its inference', async () => {
      const { usage } = recordOf(1)
      await store.write([
        recordAt(1, 0, {
          functionName: 'f',
          attempts: [
            attemptOf(1, { error: 'upstream_rate_limited', provider: 'one' }),
            attemptOf(2, {
              provider: 'two',
              model: 'backup',
              usage,
              costNano: 5,
              startedUs: 2_000_000,
              ttftUs: 2_500_000,
              endedUs: 4_000_000,
            }),
          ],
        }),
      ])
      const query = { ...ALL, level: 'attempt', by: ['provider', 'model'] } as const
      const rows = await store.reader.usage({ ...query, quantiles: [0.5] })
      const byProvider = new Map(rows.map((row) => [row.names.provider, row]))
      expect(byProvider.get('one')).toMatchObject({ count: 1, failed: 1, inputTokens: null })
      const two = byProvider.get('two')
      expect(two).toMatchObject({ count: 1, failed: 0, inputTokens: 12, costNano: 5, costed: 1 })
      expect(two?.names.model).toBe('backup')
      expect((two?.latencyUs[0] ?? 0) / 2_000_000).toBeCloseTo(1, 1)
      expect((two?.ttftUs[0] ?? 0) / 500_000).toBeCloseTo(1, 1)
      expect(await countsOf({ level: 'attempt', where: { function: 'f' } })).toEqual([[null, 2]])
    })

    test.each([
      ['minute', [0, HOUR - 60_000, HOUR, 3 * 24 * HOUR, 8 * 24 * HOUR]],
      ['hour', [0, HOUR, 3 * 24 * HOUR, 8 * 24 * HOUR]],
      ['day', [0, 3 * 24 * HOUR, 8 * 24 * HOUR]],
      ['week', [0, 7 * 24 * HOUR]],
      ['month', [Date.UTC(2026, 10) - MONDAY, Date.UTC(2026, 11) - MONDAY]],
    ] as const)('puts requests into the %s they began in', async (period, starts) => {
      const times = [0, 59_999, HOUR - 1, HOUR, 3 * 24 * HOUR + 5000, 8 * 24 * HOUR]
      await store.write(times.map((at, index) => recordAt(index, at)))
      const rows = await store.reader.usage({ ...ALL, period })
      expect(rows.map(({ startedAt }) => (startedAt ?? 0) - MONDAY)).toEqual(starts)
      expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(times.length)
    })

    test('cuts a span exactly, in the middle of an hour too', async () => {
      const times = [0, HOUR / 2, HOUR, 2 * HOUR, 2.5 * HOUR, 3 * HOUR]
      await store.write(times.map((at, index) => recordAt(index, at)))
      const spans = [
        [1, 2.5 * HOUR, 3],
        [0, 2.5 * HOUR + 1, 5],
        [HOUR / 2, HOUR / 2 + 1, 1],
        [HOUR / 2 + 1, HOUR, 0],
        [2 * HOUR, 3 * HOUR, 2],
        [3 * HOUR, 2 * HOUR, 0],
      ] as const
      for (const [from, to, count] of spans) {
        const rows = await countsOf({ from: MONDAY + from, to: MONDAY + to })
        expect([from, to, rows[0]?.[1] ?? 0]).toEqual([from, to, count])
      }
    })

    test('counts a record once, however often it comes', async () => {
      await store.write([recordAt(1, 0), recordAt(1, 0)])
      await store.write([recordAt(1, 0), recordAt(2, 0)])
      expect(await countsOf({})).toEqual([[null, 2]])
    })

    test('reads quantiles of many values within 2 %', async () => {
      const records = Array.from({ length: 500 }, (_, index) =>
        recordAt(index, index * 20_000, {
          id: idOf(index),
          latencyUs: (index + 1) ** 2 * 100,
          ttftUs: index % 2 === 0 ? (index + 1) * 10 : null,
        }),
      )
      await store.write(records)
      const [row] = await store.reader.usage({ ...ALL, quantiles: [0.5, 0.95, 0.99] })
      const wanted = [250, 475, 495].map((rank) => rank ** 2 * 100)
      for (const [index, us] of wanted.entries()) {
        expect(Math.abs((row?.latencyUs[index] ?? 0) / us - 1)).toBeLessThan(0.02)
      }
      expect(Math.abs((row?.ttftUs[0] ?? 0) / 2490 - 1)).toBeLessThan(0.02)
    })
  })
}
