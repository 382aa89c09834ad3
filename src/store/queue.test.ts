import { setFlagsFromString } from 'node:v8'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Queue, STRIPPED_BYTES } from './queue.ts'

const queueOf = (maxBytes: number, maxRows = 1000) =>
  new Queue<string>({ maxBytes, maxRows }, (draft) => draft.toLowerCase())

const item = (draft: string, bytes: number, begun = false) => ({
  draft,
  bytes,
  begun,
  stripped: false,
})

const all = { rows: 1000, bytes: Infinity }

test('gives back what was added, in order, within the limits', () => {
  const queue = queueOf(1e6)
  for (const draft of ['A', 'B', 'C', 'D']) queue.add(item(draft, 100))
  expect(queue.take({ rows: 2, bytes: 1e6 }).map((each) => each.draft)).toEqual(['A', 'B'])
  expect(queue.take({ rows: 9, bytes: 150 }).map((each) => each.draft)).toEqual(['C'])
  expect(queue.take({ rows: 9, bytes: 1 }).map((each) => each.draft)).toEqual(['D'])
})

test('counts what was taken until it is released', () => {
  const queue = queueOf(1e6)
  queue.add(item('A', 100))
  const taken = queue.take(all)
  expect([queue.rows, queue.bytes, queue.waitingRows]).toEqual([1, 100, 0])
  queue.release(taken)
  expect([queue.rows, queue.bytes]).toEqual([0, 0])
})

test('lets go of what was taken', async () => {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('There is no way to collect garbage.')
  const queue = new Queue<object>({ maxBytes: 1e6, maxRows: 1000 }, (draft) => draft)
  const taken = new WeakRef(addAndTake(queue))
  // Until then the reference itself holds it.
  await nextTurn()
  collect()
  expect(taken.deref()).toBeUndefined()
})

/** In a function of its own: its caller's frame holds nothing. */
function addAndTake(queue: Queue<object>): object {
  const draft = {}
  queue.add({ draft, bytes: 1, begun: false, stripped: false })
  queue.release(queue.take(all))
  return draft
}

test('drops the oldest texts first, then the new one, then the row', () => {
  const queue = queueOf(3 * STRIPPED_BYTES + 1)
  expect(queue.add(item('A', 2000))).toBe(true)
  expect(queue.add(item('B', 2000))).toBe(true)
  expect(queue.add(item('C', 2000))).toBe(true)
  expect(queue.droppedPayloads).toBe(3)
  expect(queue.add(item('D', 2000))).toBe(false)
  expect(queue.take(all).map((each) => each.draft)).toEqual(['a', 'b', 'c'])
})

test('drops the row when there are too many', () => {
  const queue = queueOf(1e6, 1)
  expect(queue.add(item('A', 10))).toBe(true)
  expect(queue.add(item('B', 10))).toBe(false)
})

test('takes no room from records for a journal entry', () => {
  const queue = queueOf(2500)
  queue.add(item('A', 2000))
  expect(queue.add(item('B', 2000, true))).toBe(false)
  expect(queue.take(all).map((each) => each.draft)).toEqual(['A'])
})

test('keeps its counts and its bounds whatever happens', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 5000 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 5 }) }),
    fc.constant({ release: true }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4000 }), (steps) => {
      const queue = queueOf(20_000, 30)
      const held: ReturnType<typeof item>[] = []
      const taken: ReturnType<typeof item>[] = []
      for (const each of steps) {
        if ('add' in each) {
          const added = item('A', each.add)
          if (queue.add(added)) held.push(added)
        } else if ('take' in each) {
          const some = queue.take({ rows: each.take, bytes: 1e9 })
          expect(some).toEqual(held.splice(0, some.length))
          taken.push(...some)
        } else queue.release(taken.splice(0))
        const bytes = [...held, ...taken].reduce((sum, { bytes: size }) => sum + size, 0)
        expect(queue.bytes).toBe(bytes)
        expect(queue.bytes).toBeLessThanOrEqual(20_000)
        expect(queue.rows).toBe(held.length + taken.length)
        expect(queue.waitingRows).toBe(held.length)
        expect(queue.waitingBytes).toBe(held.reduce((sum, { bytes: size }) => sum + size, 0))
      }
    }),
  )
})
