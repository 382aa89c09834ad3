const BASE_MS = 1000
/** `Date.parse` makes a date of nearly anything, `-5` too: only what begins as a date is one. */
const DATE = /^(?:[a-z]{3,9},? |\d{4}-\d\d-\d\dT)/i

/** Full jitter: anything from nothing to the exponential delay, so that clients do not march in step. */
export function backoffMs(retry: number, maxDelayMs: number, random: () => number): number {
  return Math.round(random() * Math.min(maxDelayMs, BASE_MS * 2 ** retry))
}

/**
 * Reads `retry-after-ms` or `Retry-After` (seconds or an HTTP date) as seconds. A date is measured
 * against the sender's own `Date` where it gives one, so that a wrong clock does no harm.
 * Source: RFC 9110 §10.2.3. Null when absent or senseless.
 */
export function retryAfterS(
  header: (name: string) => string | undefined,
  nowMs: number,
): number | null {
  const ms = Number(header('retry-after-ms'))
  if (Number.isFinite(ms) && ms > 0) return ms / 1000
  const value = header('retry-after')?.trim()
  if (!value) return null
  if (/^\d{1,15}(\.\d+)?$/.test(value)) return Number(value)
  const until = DATE.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(until)) return null
  const sent = Date.parse(header('date') ?? '')
  return Math.max(0, (until - (Number.isNaN(sent) ? nowMs : sent)) / 1000)
}
