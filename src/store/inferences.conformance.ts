import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Feedback } from '../domain/feedback.ts'
import type {
  InferenceFilter,
  InferenceOrder,
  InferencePage,
  InferenceQuery,
  MetricName,
} from '../domain/inference-query.ts'
import type { InferenceRecord } from '../domain/record.ts'
import { InMemory } from './fixtures/found.ts'
import { FIRST_MS, idOf, recordOf } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'

const RECORDS = 700

/** An id whose time goes on by a third of a second each, in an order that is not that of arrival. */
function timedId(number: number): string {
  const time = (FIRST_MS + number * 333).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${number.toString(16).padStart(12, '0')}`
}

const SCORE: MetricName = { metric: 'score', type: 'float', level: 'inference' }
const GOOD: MetricName = { metric: 'good', type: 'boolean', level: 'inference' }
const MOOD: MetricName = { metric: 'mood', type: 'float', level: 'episode' }

const NEWEST: InferencePage = { order: [], limit: 1000 }

/** How every engine finds inferences: the same as a plain loop over them does. */
export function describeInferences(name: string, open: () => Promise<TestStore>): void {
  describe(`stored inferences on ${name}`, () => {
    let store: TestStore
    const records = varied()
    const feedback = said()
    const wanted = new InMemory(records, feedback)
    beforeAll(async () => {
      store = await open()
      expect(await store.reader.inferences({}, NEWEST)).toEqual([])
      expect(await store.reader.countInferences({})).toBe(0)
      await store.write(records)
      await Promise.all(feedback.map((item) => store.change({ kind: 'feedback', feedback: item })))
    })
    afterAll(() => store.close())

    const idsOf = async (query: InferenceQuery, page: Partial<InferencePage> = {}) => {
      const found = await store.reader.inferences(query, { ...NEWEST, ...page })
      return found.map(({ id }) => id)
    }

    test('are found as a plain loop finds them', async () => {
      await fc.assert(
        fc.asyncProperty(queries, pages, async (query, page) => {
          expect(await idsOf(query, page)).toEqual(wanted.ids(query, page))
        }),
        { numRuns: 150 },
      )
    })

    test('are counted as a plain loop counts them', async () => {
      await fc.assert(
        fc.asyncProperty(queries, async (query) => {
          expect(await store.reader.countInferences(query)).toBe(wanted.count(query))
        }),
        { numRuns: 100 },
      )
    })

    test('go page by page in both directions, none twice and none left out', async () => {
      const query = { functionName: 'f' }
      const all = wanted.ids(query, NEWEST)
      const older: string[] = []
      for (let page = await idsOf(query, { limit: 37 }); page.length > 0;) {
        older.push(...page)
        page = await idsOf(query, { limit: 37, before: page.at(-1) ?? '' })
      }
      expect(older).toEqual(all)
      const newer: string[] = []
      for (let after = all.at(-1) ?? ''; ;) {
        const page = await idsOf(query, { limit: 37, after })
        newer.unshift(...page)
        if (page[0] === undefined) break
        after = page[0]
      }
      expect(newer).toEqual(all.slice(0, -1))
    })

    test('say what they were, and what they should have been', async () => {
      const [plain] = await store.reader.inferences({ ids: [timedId(2)] }, NEWEST)
      expect(plain).toEqual({
        id: timedId(2),
        episodeId: idOf(0, 1),
        functionName: 'f',
        variantName: 'b',
        tags: { env: 'prod', user: 'u2' },
        configHash: 'abc',
        latencyUs: 1_000_002,
        ttftUs: null,
        native: expect.objectContaining({
          type: 'chat',
          input: {
            messages: [{ role: 'user', content: [{ type: 'text', text: 'question 2' }] }],
          },
          output: [{ type: 'text', text: 'answer 2' }],
        }),
        demonstration: null,
      })
      const query = { ids: [timedId(10), timedId(11)], demonstrated: true }
      const [shown, ...others] = await store.reader.inferences(query, NEWEST)
      expect(others).toEqual([])
      expect(shown?.demonstration).toEqual([{ type: 'text', text: 'newer 10' }])
    })

    test.each([
      ['QUESTION 12', [...numbered(12, 120, 129)]],
      ['ANSWER 69', [...numbered(69, 690, 699)]],
      ['say "hello\n', [timedId(50)]],
      ['nowhere', []],
    ])('with the text %j', async (search, ids) => {
      const found = ids.filter((id) => wanted.ids({}, NEWEST).includes(id)).toSorted()
      expect(await idsOf({ search })).toEqual(found.toReversed())
      expect(await store.reader.countInferences({ search })).toBe(found.length)
    })

    test('come by how often they have the text', async () => {
      const order = [{ by: 'relevance', descending: true }] as const
      const [first] = await idsOf({ search: 'hello' }, { order, limit: 1 })
      expect(first).toBe(timedId(60))
    })
  })
}

function numbered(single: number, from: number, to: number): string[] {
  const many = Array.from({ length: to - from + 1 }, (_, index) => timedId(from + index))
  return [timedId(single), ...many]
}

function varied(): InferenceRecord[] {
  return Array.from({ length: RECORDS }, (_, index) => {
    // A prime step: they arrive in another order than they began.
    const number = (index * 11) % RECORDS
    return recordOf(number, {
      id: timedId(number),
      episodeId: idOf(Math.floor(number / 4), 1),
      functionName: number % 3 === 0 ? 'g' : 'f',
      variantName: number % 5 < 3 ? 'b' : 'c',
      outcome: number % 13 === 0 ? 'truncated' : 'ok',
      dialect: number % 17 === 0 ? 'openai.embeddings' : 'openai.chat',
      tags: number % 6 === 5 ? {} : { env: number % 2 ? "te'st" : 'prod', user: `u${number % 10}` },
      ...textOf(number),
    })
  })
}

function textOf(number: number): Partial<InferenceRecord> {
  const texts: Record<number, string> = { 50: 'say "hello\n"', 60: 'Hello, hello' }
  const text = texts[number]
  if (text === undefined) return {}
  return { input: [{ role: 'user', content: [{ type: 'text', text }] }] }
}

function give(id: number, targetId: string, changes: Partial<Feedback>): Feedback {
  return {
    id: idOf(id, 3),
    at: FIRST_MS + id,
    targetId,
    level: 'inference',
    type: 'float',
    metricName: 'score',
    value: 0,
    tags: {},
    configHash: 'abc',
    ...changes,
  }
}

function said(): Feedback[] {
  const all: Feedback[] = []
  for (let number = 0; number < RECORDS; number += 3) {
    all.push(give(number, timedId(number), { value: (number % 11) / 10 }))
    // A newer value, written down before or after the older one.
    if (number % 4 === 0) all.push(give(number + 5000, timedId(number), { value: -1.5 }))
    if (number % 4 === 1) all.unshift(give(number + 5000, timedId(number), { value: 2.25 }))
    const good = { type: 'boolean', metricName: 'good', value: number % 2 === 0 } as const
    if (number % 5 !== 0) all.push(give(number + 10_000, timedId(number), good))
  }
  for (let episode = 0; episode < RECORDS / 4; episode += 2) {
    const mood = { level: 'episode', metricName: 'mood', value: episode % 7 } as const
    all.push(give(episode + 20_000, idOf(episode, 1), mood))
  }
  for (let number = 10; number < RECORDS; number += 10) {
    const value = (word: string) => [{ type: 'text', text: `${word} ${number}` }]
    const shown = { type: 'demonstration', metricName: 'demonstration' } as const
    all.push(give(number + 40_000, timedId(number), { ...shown, value: value('newer') }))
    all.push(give(number + 30_000, timedId(number), { ...shown, value: value('older') }))
    const comment = { type: 'comment', metricName: 'comment', value: 'fine' } as const
    all.push(give(number + 50_000, timedId(number), comment))
  }
  return all
}

const comparisons = fc.constantFrom('<', '<=', '=', '>', '>=', '!=')
const metrics = fc.constantFrom(SCORE, GOOD, MOOD)
const FIRST_SECOND = FIRST_MS / 1000

const { tree: filters } = fc.letrec<{ tree: InferenceFilter }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({
      type: fc.constant('metric' as const),
      metric: metrics,
      comparison: comparisons,
      value: fc.constantFrom(0, 0.3, 0.5, 1, 2.25, -1.5, 4),
    }),
    fc.record({ type: fc.constant('demonstration' as const), has: fc.boolean() }),
    fc.record({
      type: fc.constant('tag' as const),
      key: fc.constantFrom('env', 'user', 'none'),
      value: fc.constantFrom('prod', "te'st", 'u3', ''),
      comparison: fc.constantFrom('=' as const, '!=' as const),
    }),
    fc.record({
      type: fc.constant('time' as const),
      second: fc.integer({ min: FIRST_SECOND - 1, max: FIRST_SECOND + 234 }),
      comparison: comparisons,
    }),
    fc.record({
      type: fc.constantFrom('and' as const, 'or' as const),
      children: fc.array(tie('tree'), { maxLength: 3 }),
    }),
    fc.record({ type: fc.constant('not' as const), child: tie('tree') }),
  ),
}))

const numbers = fc.integer({ min: 0, max: RECORDS - 1 })

/** Few conditions at once: of most queries something must be left. */
const queries: fc.Arbitrary<InferenceQuery> = fc.oneof(
  fc.record({ filter: filters }),
  fc.record({ functionName: fc.constantFrom('f', 'g'), filter: filters }),
  fc.record(
    {
      functionName: fc.constantFrom('f', 'g', 'none'),
      variantName: fc.constantFrom('b', 'c'),
      demonstrated: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
  fc.record({ episodeId: numbers.map((number) => idOf(Math.floor(number / 4), 1)) }),
  fc.record(
    { ids: fc.array(numbers.map(timedId), { maxLength: 20 }), filter: filters },
    { requiredKeys: ['ids'] },
  ),
)

const terms: fc.Arbitrary<InferenceOrder> = fc.oneof(
  fc.record({ by: fc.constant('time' as const), descending: fc.boolean() }),
  fc.tuple(metrics, fc.boolean()).map(([{ metric, type, level }, descending]) => ({
    by: 'metric' as const,
    metric,
    type,
    level,
    descending,
  })),
)

const cut = { limit: fc.constantFrom(0, 1, 20, 300, 1000), offset: fc.constantFrom(0, 0, 7, 400) }

const pages: fc.Arbitrary<InferencePage> = fc.oneof(
  fc.record({ order: fc.array(terms, { maxLength: 2 }), ...cut }),
  fc.record({ order: fc.constant([]), ...cut, before: numbers.map(timedId) }),
  fc.record({ order: fc.constant([]), ...cut, after: numbers.map(timedId) }),
  fc.record({
    order: fc.boolean().map((descending) => [{ by: 'time' as const, descending }]),
    ...cut,
    after: numbers.map(timedId),
  }),
)
