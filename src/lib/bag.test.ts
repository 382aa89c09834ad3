import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bag } from './bag.ts'

const things = (count: number) => Array.from({ length: count }, (_, at) => ({ at, place: -1 }))

test('holds what a set would, whatever comes and goes', () => {
  const step = fc.record({ adds: fc.boolean(), at: fc.nat({ max: 9 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ten = things(10)
      const bag = new Bag<{ at: number; place: number }>()
      const model = new Set<number>()
      for (const { adds, at } of steps) {
        const thing = ten[at]
        if (!thing) continue
        if (adds) {
          bag.add(thing)
          model.add(at)
        } else {
          bag.delete(thing)
          model.delete(at)
        }
        expect(bag.size).toBe(model.size)
        expect(bag.find((held) => held.at === at)?.at).toBe(model.has(at) ? at : undefined)
        expect(new Set(bag.all().map((held) => held.at))).toEqual(model)
      }
    }),
  )
})

test('all of it can be taken out while it is gone through', () => {
  const bag = new Bag<{ at: number; place: number }>()
  for (const thing of things(5)) bag.add(thing)
  for (const thing of bag.all()) bag.delete(thing)
  expect(bag.size).toBe(0)
})
