/**
 * A thread that says when a request is due. `setTimeout` knows whole milliseconds only; waiting on
 * memory keeps to tens of microseconds, without spinning.
 */
import { parentPort } from 'node:worker_threads'

parentPort?.on('message', ({ startAt, ratePerSecond, count }: Schedule) => {
  const never = new Int32Array(new SharedArrayBuffer(4))
  let sent = 0
  while (sent < count) {
    const now = performance.timeOrigin + performance.now()
    const due = Math.min(count, Math.floor(((now - startAt) * ratePerSecond) / 1000) + 1)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    if (due > sent) parentPort?.postMessage(due)
    sent = Math.max(sent, due)
    const waitMs = startAt + (sent * 1000) / ratePerSecond - now
    if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs)
  }
})

/** Request n is due at `startAt + n / rate`; each message says how many are due by now. */
export interface Schedule {
  /** Milliseconds since 1970, with their fractions. */
  readonly startAt: number
  readonly ratePerSecond: number
  readonly count: number
}
