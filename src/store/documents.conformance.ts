import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Feedback } from '../domain/feedback.ts'
import { FIRST_MS, idOf, recordOf } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'

function feedbackOf(number: number, changes: Partial<Feedback> = {}): Feedback {
  return {
    id: idOf(number, 3),
    at: FIRST_MS + number * 1000,
    targetId: idOf(1),
    level: 'inference',
    type: 'float',
    metricName: 'quality',
    value: number / 10,
    tags: {},
    configHash: 'abc',
    ...changes,
  }
}

const note = (key: string) => ({ collection: 'notes', key })

/** What every engine does with documents and with what is said of answers. */
export function describeDocuments(name: string, open: () => Promise<TestStore>): void {
  describe(`documents and feedback on ${name}`, () => {
    let store: TestStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    test('knows no documents at first', async () => {
      expect(await store.reader.document(note('a'))).toBeNull()
      expect(await store.reader.documents('notes', { limit: 10 })).toEqual([])
      expect(await store.reader.target(idOf(1))).toBeNull()
      expect(await store.reader.feedbackOf(idOf(1), { limit: 10 })).toEqual([])
    })

    test('keeps the newest value of a document', async () => {
      const value = { text: '"; drop', list: [1, null, 'ü\u0000'] }
      await store.change({ kind: 'put', ...note('a'), value: 1 })
      expect(await store.change({ kind: 'put', ...note('a'), value })).toBeNull()
      expect(await store.reader.document(note('a'))).toEqual(value)
      expect(await store.reader.document({ collection: 'others', key: 'a' })).toBeNull()
    })

    test('lets the first claim stand', async () => {
      const claims = ['x', 'y', 'z'].map((value) =>
        store.change({ kind: 'claim', ...note('a'), value }),
      )
      const [first, ...others] = await Promise.all(claims)
      expect(others).toEqual([first, first])
      expect(await store.reader.document(note('a'))).toBe(first)
    })

    test('removes a document once', async () => {
      await store.change({ kind: 'put', ...note('a'), value: 1 })
      expect(await store.change({ kind: 'remove', ...note('a') })).toBe(true)
      expect(await store.change({ kind: 'remove', ...note('a') })).toBe(false)
      expect(await store.reader.document(note('a'))).toBeNull()
      await store.change({ kind: 'put', ...note('a'), value: 2 })
      expect(await store.reader.document(note('a'))).toBe(2)
    })

    test('lists documents in the order of their keys, page by page', async () => {
      for (const key of ['b', 'ä', 'a', 'B']) {
        await store.change({ kind: 'put', ...note(key), value: key })
      }
      const first = await store.reader.documents('notes', { limit: 2 })
      expect(first.map(({ key }) => key)).toEqual(['B', 'a'])
      const rest = await store.reader.documents('notes', { after: 'a', limit: 5 })
      expect(rest.map(({ value }) => value)).toEqual(['b', 'ä'])
    })

    test('knows what can be given feedback', async () => {
      await store.write([recordOf(1, { functionName: 'f', variantName: 'v' })])
      expect(await store.reader.target(idOf(1))).toEqual({
        level: 'inference',
        functionName: 'f',
        variantName: 'v',
        episodeId: idOf(1, 1),
      })
      expect(await store.reader.target(idOf(1, 1))).toEqual({ level: 'episode' })
      expect(await store.reader.target(idOf(2))).toBeNull()
    })

    test('gives feedback back as it came, the newest first', async () => {
      const all = [
        feedbackOf(1),
        feedbackOf(2, { type: 'boolean', metricName: 'good', value: true, tags: { by: "o'x" } }),
        feedbackOf(3, { type: 'comment', metricName: 'comment', value: 'well\nsaid ü' }),
        feedbackOf(4, {
          type: 'demonstration',
          metricName: 'demonstration',
          value: [{ type: 'text', text: 'better' }],
        }),
      ]
      const other = feedbackOf(5, { targetId: idOf(9, 1), level: 'episode' })
      await Promise.all(
        [...all, other].map((feedback) => store.change({ kind: 'feedback', feedback })),
      )
      expect(await store.reader.feedbackOf(idOf(1), { limit: 10 })).toEqual(all.toReversed())
      expect(await store.reader.feedbackOf(idOf(9, 1), { limit: 10 })).toEqual([other])
    })

    test('keeps feedback once, however often it is sent', async () => {
      for (let time = 0; time < 2; time++) {
        await store.change({ kind: 'feedback', feedback: feedbackOf(1) })
      }
      expect(await store.reader.feedbackOf(idOf(1), { limit: 10 })).toHaveLength(1)
    })

    test('pages through feedback in both directions', async () => {
      const all = [1, 2, 3, 4, 5].map((number) => feedbackOf(number))
      await Promise.all(all.map((feedback) => store.change({ kind: 'feedback', feedback })))
      const pages = [
        [{ limit: 2 }, [0.5, 0.4]],
        [{ before: idOf(4, 3), limit: 2 }, [0.3, 0.2]],
        [{ after: idOf(2, 3), limit: 2 }, [0.4, 0.3]],
      ] as const
      for (const [page, values] of pages) {
        const found = await store.reader.feedbackOf(idOf(1), page)
        expect(found.map(({ value }) => value)).toEqual(values)
      }
    })
  })
}
