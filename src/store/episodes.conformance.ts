import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Feedback } from '../domain/feedback.ts'
import type { EpisodeQuery } from './episodes.ts'
import { FIRST_MS, idOf, recordOf } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'

const EPISODES = 200

/** How every engine finds episodes. */
export function describeEpisodes(name: string, open: () => Promise<TestStore>): void {
  describe(`episodes on ${name}`, () => {
    let store: TestStore
    beforeAll(async () => {
      store = await open()
      expect(await store.reader.episodeBounds()).toEqual({ first: null, last: null, count: 0 })
      expect(await store.reader.episodes({ limit: 10 })).toEqual([])
      const records = Array.from({ length: EPISODES * 3 }, (_, number) =>
        recordOf(number, {
          episodeId: idOf(number % EPISODES, 1),
          functionName: number % 5 === 0 ? 'g' : 'f',
          outcome: number === 7 || number % EPISODES === 9 ? 'upstream_error' : 'ok',
          tags: number === 3 ? { only: 'here' } : {},
        }),
      )
      await store.write(records)
    })
    afterAll(() => store.close())

    const numbersOf = async (query: EpisodeQuery) => {
      const found = await store.reader.episodes(query)
      return found.map(({ episodeId }) => Number.parseInt(episodeId.slice(-12), 16))
    }

    test('tell what belongs to them', async () => {
      expect(await store.reader.episodes({ limit: 1 })).toEqual([
        {
          episodeId: idOf(199, 1),
          count: 3,
          firstInferenceId: idOf(199),
          lastInferenceId: idOf(599),
        },
      ])
      const [seventh] = await store.reader.episodes({ limit: 1, before: idOf(8, 1) })
      expect(seventh).toMatchObject({ count: 2, firstInferenceId: idOf(207) })
    })

    test.each<readonly [string, EpisodeQuery, number[]]>([
      ['before one', { before: idOf(12, 1), limit: 4 }, [11, 10, 8, 7]],
      ['after one', { after: idOf(7, 1), limit: 3 }, [11, 10, 8]],
      ['of a function', { functionName: 'g', before: idOf(16, 1), limit: 3 }, [15, 10, 5]],
      [
        'with a tag',
        {
          filter: { type: 'tag', key: 'only', value: 'here', comparison: '=' },
          limit: 10,
        },
        [3],
      ],
      ['of nothing', { functionName: 'none', limit: 10 }, []],
      ['at most none', { limit: 0 }, []],
    ])('are found %s', async (_, query, numbers) => {
      expect(await numbersOf(query)).toEqual(numbers)
    })

    test('have feedback that is found by its own id', async () => {
      const feedback: Feedback = {
        id: idOf(1, 3),
        at: FIRST_MS,
        targetId: idOf(1, 1),
        level: 'episode',
        type: 'float',
        metricName: 'mood',
        value: 0.5,
        tags: {},
        configHash: 'abc',
      }
      await store.change({ kind: 'feedback', feedback })
      expect(await store.reader.feedbackById(feedback.id)).toEqual(feedback)
      expect(await store.reader.feedbackById(idOf(2, 3))).toBeNull()
    })

    test('are counted once each', async () => {
      expect(await store.reader.episodeBounds()).toEqual({
        first: idOf(0, 1),
        last: idOf(EPISODES - 1, 1),
        count: EPISODES - 1,
      })
    })
  })
}
