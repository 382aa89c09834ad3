import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Datapoint } from '../domain/datapoint.ts'
import type { InferenceFilter } from '../domain/inference-query.ts'
import type { DatapointPage, DatapointQuery } from './datapoints.ts'
import { FIRST_MS, idOf } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'

function datapointOf(number: number, changes: Partial<Datapoint> = {}): Datapoint {
  return {
    id: idOf(number, 4),
    datasetName: 'fruits',
    functionName: 'f',
    type: 'chat',
    episodeId: null,
    name: null,
    input: {
      messages: [{ role: 'user', content: [{ type: 'text', text: `question ${number}` }] }],
    },
    output: [{ type: 'text', text: `answer ${number}` }],
    toolParams: {},
    outputSchema: null,
    tags: {},
    isCustom: true,
    sourceInferenceId: null,
    staledAt: null,
    updatedAt: FIRST_MS + number * 1000,
    configHash: String(2n ** 200n),
    ...changes,
  }
}

function tag(key: string, value: string, comparison: '=' | '!=' = '='): InferenceFilter {
  return { type: 'tag', key, value, comparison }
}

const since: InferenceFilter = { type: 'time', second: FIRST_MS / 1000 + 3, comparison: '>=' }

const LAST_CHANGED: DatapointPage = { order: [], limit: 100 }
const FRUITS: DatapointQuery = { datasetName: 'fruits', stale: false }
const LATER = FIRST_MS + 3_600_000

/** What every engine does with datasets. */
export function describeDatapoints(name: string, open: () => Promise<TestStore>): void {
  describe(`datasets on ${name}`, () => {
    let store: TestStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    const write = (datapoints: readonly Datapoint[], stale: readonly string[] = []) =>
      store.change({ kind: 'write_datapoints', datapoints, stale, at: LATER })
    const drop = (ids: readonly string[] | null) =>
      store.change({ kind: 'delete_datapoints', datasetName: 'fruits', ids, at: LATER })
    const numbersOf = async (query: DatapointQuery, page: Partial<DatapointPage> = {}) => {
      const found = await store.reader.datapoints(query, { ...LAST_CHANGED, ...page })
      return found.map(({ id }) => Number.parseInt(id.slice(-12), 16))
    }

    test('are none at first', async () => {
      expect(await store.reader.datapoints(FRUITS, LAST_CHANGED)).toEqual([])
      expect(await store.reader.datasets({})).toEqual([])
    })

    test('give datapoints back as they came', async () => {
      const all = [
        datapointOf(2, {
          type: 'json',
          output: { raw: '{"a":1}', parsed: { a: 1 } },
          outputSchema: { type: 'object' },
          episodeId: idOf(9, 1),
          sourceInferenceId: idOf(9),
          isCustom: false,
          tags: { "o'x": '"; drop', ü: '' },
          name: 'a name\u0000',
        }),
        datapointOf(1, { output: null, toolParams: { tool_choice: 'none', provider_tools: [] } }),
      ]
      expect(await write(all)).toBeNull()
      expect(await store.reader.datapoints(FRUITS, LAST_CHANGED)).toEqual(all)
    })

    test('keep what is written twice once, the last one', async () => {
      await write([datapointOf(1)])
      await write([datapointOf(1, { name: 'other', updatedAt: LATER })])
      expect(await store.reader.datapoints(FRUITS, LAST_CHANGED)).toMatchObject([
        { name: 'other', updatedAt: LATER },
      ])
    })

    test('give a datapoint of that id a new place', async () => {
      await write([datapointOf(1), datapointOf(2)])
      await write([
        datapointOf(1, { datasetName: 'others' }),
        datapointOf(2, { type: 'json', output: null, functionName: 'g' }),
      ])
      const ids = [idOf(1, 4), idOf(2, 4)]
      expect(await numbersOf(FRUITS)).toEqual([2])
      expect(await numbersOf({ datasetName: 'others', stale: false })).toEqual([1])
      expect(await numbersOf({ ids, stale: true })).toEqual([2, 1])
    })

    test('keep what was replaced, and find it by its id', async () => {
      await write([datapointOf(1), datapointOf(2)])
      await write([datapointOf(3)], [idOf(1, 4)])
      expect(await numbersOf(FRUITS)).toEqual([3, 2])
      const ids = [idOf(1, 4), idOf(3, 4), idOf(7, 4)]
      const found = await store.reader.datapoints({ ids, stale: true }, LAST_CHANGED)
      expect(new Set(found.map(({ staledAt }) => staledAt))).toEqual(new Set([LATER, null]))
      expect(await numbersOf({ ids, stale: false })).toEqual([3])
    })

    test('lose some datapoints, or all', async () => {
      await write([1, 2, 3].map((number) => datapointOf(number)))
      await write([datapointOf(4, { datasetName: 'others' })])
      expect(await drop([idOf(1, 4), idOf(4, 4), idOf(8, 4)])).toBe(1)
      expect(await drop([idOf(1, 4)])).toBe(0)
      expect(await numbersOf(FRUITS)).toEqual([3, 2])
      expect(await drop(null)).toBe(2)
      expect(await numbersOf(FRUITS)).toEqual([])
      expect(await numbersOf({ datasetName: 'others', stale: false })).toEqual([4])
    })

    test('are counted, the last changed first', async () => {
      await write([
        datapointOf(1),
        datapointOf(2, { functionName: 'g' }),
        datapointOf(3, { datasetName: 'others' }),
        datapointOf(4, { datasetName: 'gone' }),
      ])
      await store.change({ kind: 'delete_datapoints', datasetName: 'gone', ids: null, at: LATER })
      const fruits = { datasetName: 'fruits', count: 2, updatedAt: FIRST_MS + 2000 }
      const others = { datasetName: 'others', count: 1, updatedAt: FIRST_MS + 3000 }
      expect(await store.reader.datasets({})).toEqual([others, fruits])
      expect(await store.reader.datasets({ datasetName: 'fruits' })).toEqual([fruits])
      expect(await store.reader.datasets({ functionName: 'g' })).toEqual([{ ...fruits, count: 1 }])
      expect(await store.reader.datasets({ datasetName: 'none' })).toEqual([])
    })

    test.each<readonly [string, Partial<DatapointQuery>, Partial<DatapointPage>, number[]]>([
      ['of a function', { functionName: 'g' }, {}, [2]],
      ['with a tag', { filter: tag('kind', "o'x") }, {}, [3, 1]],
      ['with another value of a tag', { filter: tag('kind', "o'x", '!=') }, {}, [4]],
      ['without a tag', { filter: { type: 'not', child: tag('kind', "o'x") } }, {}, [4, 2]],
      ['changed since then', { filter: since }, {}, [4, 3]],
      [
        'with this and that',
        { filter: { type: 'and', children: [since, tag('kind', 'b')] } },
        {},
        [4],
      ],
      [
        'with this or that',
        { filter: { type: 'or', children: [since, tag('kind', "o'x")] } },
        {},
        [4, 3, 1],
      ],
      ['with a text', { search: 'QUESTION 2' }, {}, [2]],
      ['with a quote', { search: 'say "hi"' }, {}, [4]],
      [
        'with a text most often',
        { search: '4' },
        { order: [{ by: 'relevance', descending: true }], limit: 1 },
        [4],
      ],
      ['on the second page', {}, { limit: 2, offset: 2 }, [2, 1]],
      ['the first changed first', {}, { order: [{ by: 'time', descending: false }] }, [1, 2, 3, 4]],
    ])('find datapoints %s', async (_, query, page, numbers) => {
      await write([
        datapointOf(1, { tags: { kind: "o'x" } }),
        datapointOf(2, { functionName: 'g' }),
        datapointOf(3, { tags: { kind: "o'x", more: 'y' } }),
        datapointOf(4, { tags: { kind: 'b' }, output: [{ type: 'text', text: 'say "hi" 4' }] }),
      ])
      expect(await numbersOf({ ...FRUITS, ...query }, page)).toEqual(numbers)
    })
  })
}
