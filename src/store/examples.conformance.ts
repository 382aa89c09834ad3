import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Example } from '../domain/example.ts'
import { idOf } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'

const SPACE = { functionName: 'f', variantName: 'v', namespace: '' }

function example(
  number: number,
  embedding: readonly number[],
  more: Partial<Example> = {},
): Example {
  const texts = { input: `in ${number} ü\u0000`, output: `out ${number}` }
  return { id: idOf(number, 7), ...SPACE, ...texts, embedding, ...more }
}

/** What every engine that keeps examples does. */
export function describeExamples(name: string, open: () => Promise<TestStore>): void {
  describe(`examples on ${name}`, () => {
    let store: TestStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    const put = (examples: readonly Example[]) => store.change({ kind: 'put_examples', examples })
    const nearest = async (embedding: readonly number[], more = {}, space = SPACE) => {
      const query = { embedding, k: 10, maxDistance: null, ...more }
      return store.reader.nearestExamples(space, query)
    }

    test('F247 there are none at first', async () => {
      expect(await nearest([1, 0])).toEqual([])
    })

    test('F247 F193 gives the nearest by their direction, with their distance', async () => {
      const three = [example(1, [1, 0]), example(2, [1, 1]), example(3, [-2, 0])]
      expect(await put(three)).toBe(3)
      const found = await nearest([3, 0])
      expect(found.map(({ output }) => output)).toEqual(['out 1', 'out 2', 'out 3'])
      expect(found[0]).toMatchObject({ input: 'in 1 ü\u0000' })
      const distances = found.map(({ distance }) => distance)
      for (const [place, distance] of [0, 1 - Math.SQRT1_2, 2].entries()) {
        expect(distances[place]).toBeCloseTo(distance, 5)
      }
      expect((await nearest([3, 0], { k: 1 })).map(({ output }) => output)).toEqual(['out 1'])
      expect(await nearest([3, 0], { maxDistance: 1 })).toHaveLength(2)
      expect(await nearest([3, 0], { k: 0 })).toEqual([])
    })

    test('F247 keeps an example once, and finds those that come later', async () => {
      expect(await put([example(1, [1, 0])])).toBe(1)
      expect(await nearest([1, 0])).toHaveLength(1)
      expect(await put([example(1, [1, 0]), example(2, [0, 1])])).toBe(1)
      expect(await nearest([1, 0])).toHaveLength(2)
    })

    test('F247 each function, variant and namespace has its own', async () => {
      const others = [
        { functionName: 'g' },
        { variantName: 'w' },
        { namespace: 'n' },
        { functionName: 'f","v' },
      ]
      await put(others.map((other, index) => example(index, [1, 0], other)))
      expect(await nearest([1, 0])).toEqual([])
      for (const [index, other] of others.entries()) {
        const found = await nearest([1, 0], {}, { ...SPACE, ...other })
        expect(found.map(({ output }) => output)).toEqual([`out ${index}`])
      }
    })

    test('F247 vectors of another length are not compared', async () => {
      await put([example(1, [1, 0, 0]), example(2, [1, 0])])
      expect((await nearest([1, 0])).map(({ output }) => output)).toEqual(['out 2'])
      expect(await nearest([])).toEqual([])
    })
  })
}
