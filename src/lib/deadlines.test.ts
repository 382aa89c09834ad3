import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'
import { type Deadline, Deadlines } from './deadlines.ts'

function deadlineIn(ms: number, expire: () => void): Deadline {
  return { place: -1, atUs: systemClock.us() + ms * 1000, expire }
}

test('expires each deadline once, soon after its time and never before', async () => {
  const deadlines = new Deadlines(systemClock)
  const started = systemClock.us()
  const waited: number[] = []
  await new Promise<void>((resolve) => {
    for (const ms of [60, 10]) {
      deadlines.add(
        deadlineIn(ms, () => {
          waited.push((systemClock.us() - started) / 1000 - ms)
          if (waited.length === 2) resolve()
        }),
      )
    }
  })
  await sleep(60)
  expect(waited).toHaveLength(2)
  for (const late of waited) {
    expect(late).toBeGreaterThanOrEqual(0)
    expect(late).toBeLessThan(250)
  }
})

test('a removed deadline does not expire, and a moved one expires at its new time', async () => {
  const deadlines = new Deadlines(systemClock)
  const expired: string[] = []
  const removed = deadlineIn(10, () => expired.push('removed'))
  const moved = deadlineIn(10, () => expired.push('moved'))
  deadlines.add(removed)
  deadlines.add(moved)
  deadlines.remove(removed)
  moved.atUs += 90_000
  await sleep(60)
  expect(expired).toEqual([])
  await expect.poll(() => expired).toEqual(['moved'])
})

test('its timer runs only while there is something to watch, and starts again', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    let us = 0
    const expired: number[] = []
    const deadlines = new Deadlines({ now: () => 0, us: () => us })
    for (const round of [1, 2]) {
      deadlines.add({ place: -1, atUs: us + 10_000, expire: () => expired.push(round) })
      expect(vi.getTimerCount()).toBe(1)
      us += 10_000
      vi.advanceTimersByTime(25)
      expect(vi.getTimerCount()).toBe(0)
    }
    expect(expired).toEqual([1, 2])
  } finally {
    vi.useRealTimers()
  }
})

test('a deadline that expires may add another', async () => {
  const deadlines = new Deadlines(systemClock)
  const expired: number[] = []
  const again = () => {
    expired.push(expired.length)
    if (expired.length < 3) deadlines.add(deadlineIn(1, again))
  }
  deadlines.add(deadlineIn(1, again))
  await expect.poll(() => expired).toEqual([0, 1, 2])
})
