import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { varianceOf } from '../domain/experiments/moments.ts'
import type { Feedback } from '../domain/feedback.ts'
import type { InferenceRecord } from '../domain/record.ts'
import { FIRST_MS, idOf, recordOf } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The n-th answer of a variant of `f`. */
function answer(number: number, variantName: string, changes: Partial<InferenceRecord> = {}) {
  return recordOf(number, { functionName: 'f', variantName, ...changes })
}

const bounds = (count: number, first: number, last: number) => ({
  count,
  firstId: idOf(first, 3),
  lastId: idOf(last, 3),
})

/** What every engine makes of metrics. */
export function describeStatistics(name: string, open: () => Promise<TestStore>): void {
  describe(`statistics of feedback on ${name}`, () => {
    let store: TestStore
    let sent = 0
    beforeEach(async () => {
      store = await open()
      sent = 0
    })
    afterEach(() => store.close())

    function feedback(value: Feedback['value'], changes: Partial<Feedback> = {}): Feedback {
      sent++
      return {
        id: idOf(sent, 3),
        at: FIRST_MS + sent,
        targetId: idOf(1),
        level: 'inference',
        type: typeof value === 'boolean' ? 'boolean' : 'float',
        metricName: 'm',
        value,
        tags: {},
        configHash: 'abc',
        ...changes,
      }
    }

    async function say(value: Feedback['value'], changes: Partial<Feedback> = {}) {
      await store.change({ kind: 'feedback', feedback: feedback(value, changes) })
    }

    async function means(query: { metricName?: string; namespace?: string } = {}) {
      const found = await store.reader.feedbackByVariant({ functionName: 'f', ...query })
      return Object.fromEntries(
        found.map(({ variantName, count, mean }) => [variantName, [count, mean]]),
      )
    }

    test('knows of nothing at first', async () => {
      expect(await means()).toEqual({})
      expect(await store.reader.feedbackUntil({ functionName: 'f' }, [FIRST_MS])).toEqual([])
    })

    test('counts values, their mean and their spread for each variant', async () => {
      const values = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]
      await store.write(values.map((_, at) => answer(at, at < 3 ? 'a' : 'b')))
      for (const [at, value] of values.entries()) await say(value, { targetId: idOf(at) })
      const found = await store.reader.feedbackByVariant({ functionName: 'f', metricName: 'm' })
      const a = found.find(({ variantName }) => variantName === 'a')
      expect(a).toMatchObject({ metricName: 'm', count: 3, mean: 1e9 + 8 })
      expect(a && varianceOf(a)).toBeCloseTo(21, 6)
      expect(found.find(({ variantName }) => variantName === 'b')).toMatchObject({ count: 1 })
      expect(await store.reader.feedbackByVariant({ functionName: 'g' })).toEqual([])
    })

    test('counts truths as ones, and neither comments nor demonstrations', async () => {
      await store.write([answer(1, 'a'), answer(2, 'a')])
      await say(true)
      await say(false, { targetId: idOf(2) })
      await say('well', { type: 'comment', metricName: 'comment' })
      await say('so', { type: 'demonstration', metricName: 'demonstration' })
      expect(await store.reader.feedbackByVariant({ functionName: 'f' })).toEqual([
        { metricName: 'm', variantName: 'a', count: 2, mean: 0.5, squares: 0.5 },
      ])
    })

    test('tells metrics apart', async () => {
      await store.write([answer(1, 'a')])
      await say(1)
      await say(2, { metricName: 'other' })
      expect(await means({ metricName: 'm' })).toEqual({ a: [1, 1] })
      expect(await means({ metricName: 'other' })).toEqual({ a: [1, 2] })
      expect(await means({ metricName: 'none' })).toEqual({})
      expect(await store.reader.feedbackByVariant({ functionName: 'f' })).toHaveLength(2)
    })

    test('lets only the newest value of a target count, and does so exactly', async () => {
      await store.write([answer(1, 'a'), answer(2, 'a'), answer(3, 'a')])
      await say(1e12)
      await say(0.1)
      await say(0.3, { targetId: idOf(2) })
      await say(0.2, { targetId: idOf(3), at: FIRST_MS - 3 * DAY })
      await say(0.2, { targetId: idOf(3), at: FIRST_MS + 40 * DAY })
      const [found] = await store.reader.feedbackByVariant({ functionName: 'f' })
      expect(found?.count).toBe(3)
      expect(found?.mean).toBeCloseTo(0.2, 12)
      expect(found && varianceOf(found)).toBeCloseTo(0.01, 12)
    })

    test('takes what comes late but was said earlier as older', async () => {
      await store.write([answer(1, 'a')])
      const early = feedback(1)
      await say(0)
      await store.change({ kind: 'feedback', feedback: early })
      expect(await means()).toEqual({ a: [1, 0] })
    })

    test('counts the same feedback once, however often it is sent', async () => {
      await store.write([answer(1, 'a')])
      const once = feedback(1)
      for (let time = 0; time < 3; time++) {
        await store.change({ kind: 'feedback', feedback: once })
      }
      expect(await means()).toEqual({ a: [1, 1] })
    })

    test('counts an episode once for each variant that answered in it', async () => {
      const episodeId = idOf(9, 1)
      await store.write([
        answer(1, 'a', { episodeId }),
        answer(2, 'a', { episodeId }),
        answer(3, 'b', { episodeId }),
        answer(4, 'c', { episodeId, outcome: 'upstream_error' }),
        answer(5, 'd'),
      ])
      await say(0.5, { level: 'episode', targetId: episodeId })
      expect(await means()).toEqual({ a: [1, 0.5], b: [1, 0.5] })
      await say(0.75, { level: 'episode', targetId: episodeId })
      expect(await means()).toEqual({ a: [1, 0.75], b: [1, 0.75] })
    })

    test('counts answers that come after what is said of them or of their episode', async () => {
      const episodeId = idOf(9, 1)
      await say(1, { targetId: idOf(1) })
      await say(0, { level: 'episode', targetId: episodeId, metricName: 'e' })
      expect(await means()).toEqual({})
      await store.write([answer(1, 'a', { episodeId })])
      await store.write([answer(2, 'a', { episodeId }), answer(3, 'b', { episodeId })])
      await store.write([answer(4, 'c', { episodeId, outcome: 'timeout' })])
      expect(await means({ metricName: 'm' })).toEqual({ a: [1, 1] })
      expect(await means({ metricName: 'e' })).toEqual({ a: [1, 0], b: [1, 0] })
    })

    test('tells namespaces apart where asked', async () => {
      const tags = { 'tensorzero::namespace': 'mobile' }
      await store.write([answer(1, 'a', { tags }), answer(2, 'a'), answer(3, 'b')])
      for (const number of [1, 2, 3]) await say(number, { targetId: idOf(number) })
      expect(await means({ namespace: 'mobile' })).toEqual({ a: [1, 1] })
      expect(await means()).toEqual({ a: [2, 1.5], b: [1, 3] })
      expect(await means({ namespace: 'other' })).toEqual({})
    })

    test('does not count what is too large to be squared', async () => {
      await store.write([answer(1, 'a')])
      await say(1)
      await say(1e200)
      expect(await means()).toEqual({})
      expect(await store.reader.feedbackOf(idOf(1), { limit: 5 })).toHaveLength(2)
    })

    test('says what values added up to at earlier times', async () => {
      const times = [0, 30_000, MINUTE, HOUR, HOUR + MINUTE, DAY, 40 * DAY, 40 * DAY + HOUR]
      await store.write(times.map((_, at) => answer(at, at % 2 === 0 ? 'a' : 'b')))
      for (const [at, time] of times.entries()) {
        await say(at, { targetId: idOf(at), at: FIRST_MS + time })
      }
      const ends = [0, MINUTE, HOUR, HOUR + MINUTE, 2 * HOUR, DAY + MINUTE, 50 * DAY]
      const query = { functionName: 'f', metricName: 'm' }
      const found = await store.reader.feedbackUntil(
        query,
        ends.map((end) => FIRST_MS + end),
      )
      const counts = ends.map((end) =>
        Object.fromEntries(
          found
            .filter((entry) => entry.end === FIRST_MS + end)
            .map(({ variantName, count, mean }) => [variantName, [count, mean]]),
        ),
      )
      expect(counts).toEqual([
        {},
        { a: [1, 0], b: [1, 1] },
        { a: [2, 1], b: [1, 1] },
        { a: [2, 1], b: [2, 2] },
        { a: [3, 2], b: [2, 2] },
        { a: [3, 2], b: [3, 3] },
        { a: [4, 3], b: [4, 4] },
      ])
    })

    test('sums up what was said of a target', async () => {
      expect(await store.reader.feedbackSummary(idOf(1))).toEqual({ byType: {}, latest: {} })
      await say(true, { metricName: 'good' })
      await say(1)
      await say(2)
      await say('x', { type: 'comment', metricName: 'comment' })
      await say(3, { targetId: idOf(2) })
      expect(await store.reader.feedbackSummary(idOf(1))).toEqual({
        byType: { boolean: bounds(1, 1, 1), float: bounds(2, 2, 3), comment: bounds(1, 4, 4) },
        latest: { good: idOf(1, 3), m: idOf(3, 3), comment: idOf(4, 3) },
      })
    })

    test('lists what was said of a target in one way only', async () => {
      await say(1)
      await say('x', { type: 'comment', metricName: 'comment' })
      await say(2)
      const floats = await store.reader.feedbackOf(idOf(1), { limit: 5, type: 'float' })
      expect(floats.map(({ value }) => value)).toEqual([2, 1])
    })
  })
}
