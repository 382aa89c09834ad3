import type { DatabaseSync } from 'node:sqlite'
import type { UsageLevel, UsagePeriod } from '../usage.ts'
import { hourOf } from './rollup-facts.ts'
import { HOUR_MS, LEVEL_CODES } from './rollup-schema.ts'

/** Ends before it begins when it is empty: `to` is left out. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A span as whole hours, whose sums are kept, and what is left at its ends. */
export interface SplitSpan {
  /** Hours since 1970. */
  readonly hours: Span
  /** Times, in ms: these must be read row by row. */
  readonly edges: readonly Span[]
}

/** An hour that the span cuts counts as whole when nothing in it is cut off. */
export function splitSpan(db: DatabaseSync, level: UsageLevel, span: Span): SplitSpan {
  const { from, to } = span
  const known = knownHours(db, level)
  const first = Math.max(known.from, hourOf(from))
  const last = Math.min(known.to - 1, hourOf(to - 1))
  if (first > last || from >= to) return { hours: { from: 0, to: 0 }, edges: [] }
  const cut = (hour: number) => cutsOff(db, level, { span, hour })
  if (first === last) {
    if (cut(first)) return { hours: { from: 0, to: 0 }, edges: [span] }
    return { hours: { from: first, to: first + 1 }, edges: [] }
  }
  const startsLate = cut(first)
  const endsEarly = cut(last)
  return {
    hours: { from: startsLate ? first + 1 : first, to: endsEarly ? last : last + 1 },
    edges: [
      ...(startsLate ? [{ from, to: (first + 1) * HOUR_MS }] : []),
      ...(endsEarly ? [{ from: last * HOUR_MS, to }] : []),
    ],
  }
}

/** When the period began in which that time is, in ms since 1970. */
export function periodStart(at: number, period: Exclude<UsagePeriod, 'all'>): number {
  switch (period) {
    case 'minute':
      return Math.floor(at / 60_000) * 60_000
    case 'hour':
      return hourOf(at) * HOUR_MS
    case 'day':
      return Math.floor(at / DAY_MS) * DAY_MS
    case 'week':
      // 1970 began on a Thursday.
      return (Math.floor((at / DAY_MS + 3) / 7) * 7 - 3) * DAY_MS
    case 'month': {
      const date = new Date(at)
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
    }
  }
}

const DAY_MS = 24 * HOUR_MS

function knownHours(db: DatabaseSync, level: UsageLevel): Span {
  const bound = (order: 'ASC' | 'DESC') =>
    db
      .prepare(`SELECT hour FROM rollup WHERE level = ? ORDER BY hour ${order} LIMIT 1`)
      .get(LEVEL_CODES[level])?.['hour']
  const [first, last] = [bound('ASC'), bound('DESC')]
  if (typeof first !== 'number' || typeof last !== 'number') return { from: 0, to: 0 }
  return { from: first, to: last + 1 }
}

function cutsOff(
  db: DatabaseSync,
  level: UsageLevel,
  { span, hour }: { readonly span: Span; readonly hour: number },
): boolean {
  if (span.from <= hour * HOUR_MS && span.to >= (hour + 1) * HOUR_MS) return false
  const row = db
    .prepare(
      `SELECT min(first_at) AS first_at, max(last_at) AS last_at,
         (SELECT started_at FROM inference ORDER BY seq LIMIT 1) AS oldest
       FROM rollup WHERE level = ? AND hour = ?`,
    )
    .get(LEVEL_CODES[level], hour)
  const [first, last, oldest] = [row?.['first_at'], row?.['last_at'], row?.['oldest']]
  if (typeof first !== 'number' || typeof last !== 'number') return false
  // Its rows are deleted: the sums are all there is.
  if (typeof oldest !== 'number' || oldest >= (hour + 1) * HOUR_MS) return false
  return first < span.from || last >= span.to
}
