import { Worker } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../lib/clock.ts'
import { MOST_READS, roomForReads, SharedTurns } from './shared-turns.ts'

// Threads start here, on a machine that may be slow.
vi.setConfig({ testTimeout: 60_000 })

/** Takes turns again and again, and counts in the second room how many are held at once. */
const THREAD = (url: URL) => `
  import { workerData } from 'node:worker_threads'
  import { SharedTurns } from ${JSON.stringify(url.href)}
  const { room, counts } = workerData
  const tally = new Int32Array(counts)
  const turns = new SharedTurns(room, { now: Date.now, us: () => 0 })
  const work = async () => {
    const now = Atomics.add(tally, 0, 1) + 1
    for (let most = tally[1]; now > most; most = Atomics.compareExchange(tally, 1, most, now));
    await new Promise((done) => setTimeout(done, 1))
    Atomics.sub(tally, 0, 1)
    Atomics.add(tally, 2, 1)
  }
  // To wait for a turn keeps no thread alive: that is the business of its port.
  const alive = setInterval(() => {}, 1000)
  await Promise.all(Array.from({ length: 40 }, () => turns.take(work)))
  clearInterval(alive)`

test('threads that share a room never hold more turns together than it has', async () => {
  const room = roomForReads()
  const counts = new SharedArrayBuffer(12)
  const url = new URL('shared-turns.ts', import.meta.url)
  const source = new URL(`data:text/javascript,${encodeURIComponent(THREAD(url))}`)
  const threads = Array.from(
    { length: 3 },
    () => new Worker(source, { workerData: { room, counts } }),
  )
  await Promise.all(
    threads.map((thread) => new Promise((done, fail) => thread.on('exit', done).on('error', fail))),
  )
  expect([...new Int32Array(counts)]).toEqual([0, MOST_READS, 120])
})

test('the turns of a thread that died fall free', async () => {
  const world = { now: systemClock.now() }
  const turns = new SharedTurns(roomForReads(), { now: () => world.now, us: () => 0 })
  const died = Array.from({ length: MOST_READS }, () =>
    turns.take(() => Promise.withResolvers<never>().promise),
  )
  const late = turns.take(() => Promise.resolve('late'))
  expect(await Promise.race([late, new Promise((done) => setTimeout(done, 20, 'waits'))])).toBe(
    'waits',
  )
  world.now += 60_000
  expect(await Promise.race([late, ...died])).toBe('late')
})

test('a turn is given back by work that fails', async () => {
  const turns = new SharedTurns(roomForReads(), systemClock)
  for (let time = 0; time < 2 * MOST_READS; time++) {
    await expect(turns.take(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  }
})
