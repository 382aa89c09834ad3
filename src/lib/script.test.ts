import { expect, test } from 'vitest'
import { readAll } from './body.ts'
import { playScript, type ScriptStep } from './script.ts'

const script = (...steps: ScriptStep[]) => ({
  status: 200,
  headers: { 'content-type': 'text/plain' },
  steps,
})
const send = (text: string, afterMs = 0) => ({ do: 'send', afterMs, text }) as const
const never = () => new Error('too large')
const LIMIT = 10_000_000

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

test('answers as a network would', async () => {
  const { status, headers, body, reusedSocket } = await playScript(
    script(send('Hel'), send('lo, ', 5), send('wörld')),
  ).response
  expect({ status, headers, reusedSocket }).toEqual({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    reusedSocket: false,
  })
  expect((await readAll(body, LIMIT, never)).toString()).toBe('Hello, wörld')
})

test('a script without steps is an empty answer', async () => {
  const { body } = await playScript(script()).response
  expect(await readAll(body, LIMIT, never)).toHaveLength(0)
})

test('keeps to its times', async () => {
  const started = performance.now()
  const { body } = await playScript(script(send('a', 30))).response
  const headMs = performance.now() - started
  await readAll(body, LIMIT, never)
  expect(headMs).toBeGreaterThan(25)
})

test('a cut before anything is a reset, and one behind it breaks the body', async () => {
  const early = playScript(script({ do: 'cut', afterMs: 1 }))
  await expect(early.response).rejects.toMatchObject({ kind: 'reset', sent: true })
  const { body } = await playScript(script(send('half'), { do: 'cut', afterMs: 1 })).response
  const pieces: string[] = []
  const read = async () => {
    for await (const batch of body) pieces.push(...batch.map(String))
  }
  await expect(read()).rejects.toMatchObject({ kind: 'reset' })
  expect(pieces).toEqual(['half'])
})

test('a stall gives the head and then nothing until it is aborted', async () => {
  const flight = playScript(script({ do: 'stall', afterMs: 1 }))
  const { body } = await flight.response
  const reading = readAll(body, LIMIT, never)
  flight.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
})

test('an abort before the head rejects with its reason', async () => {
  const flight = playScript(script(send('late', 10_000)))
  flight.abort(new Error('no more'))
  await expect(flight.response).rejects.toThrow('no more')
})

test('many small steps without pauses arrive whole', async () => {
  const { body } = await playScript(script(...Array.from({ length: 50_000 }, () => send('x'))))
    .response
  expect(await readAll(body, LIMIT, never)).toHaveLength(50_000)
})

test('waits for a reader that is slow', async () => {
  const steps = Array.from({ length: 40 }, () => send('x'.repeat(10_000)))
  const { body } = await playScript(script(...steps)).response
  const batches: number[] = []
  for await (const batch of body) {
    batches.push(batch.reduce((size, piece) => size + piece.length, 0))
    await Promise.resolve()
  }
  expect(batches.reduce((sum, size) => sum + size, 0)).toBe(400_000)
  expect(Math.max(...batches)).toBeLessThan(100_000)
})

test('a reader that leaves stops the play', async () => {
  const before = timers()
  const { body } = await playScript(script(send('a'), send('b', 60_000))).response
  for await (const _ of body) break
  expect(timers()).toBe(before)
})
