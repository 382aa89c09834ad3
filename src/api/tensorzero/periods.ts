import { z } from 'zod'
import { lastEnds, PERIODS } from '../../ops/periods.ts'
import type { UsagePeriod } from '../../store/usage.ts'
import { secondsOf } from './stored-inference.ts'

// Spans of time, as TensorZero's charts ask for them.

export const TimeWindow = z.enum([...PERIODS, 'cumulative'])
export type TimeWindow = z.infer<typeof TimeWindow>

export const MaxPeriods = z.coerce.number().int().min(0).max(10_000)

/** So many whole periods before the one that `now` is in, and that one. */
export function periodsUpTo(
  window: TimeWindow,
  count: number,
  now: number,
): { readonly period: UsagePeriod; readonly from?: number } {
  if (window === 'cumulative') return { period: 'all' }
  const [from = now] = lastEnds(window, count + 2, now)
  return { period: window, from }
}

/** The period that `now` is in, and the one before it. */
export function lastOf(window: TimeWindow, now: number): { readonly from?: number } {
  if (window === 'cumulative') return {}
  const { from } = periodsUpTo(window, 1, now)
  return from === undefined ? {} : { from }
}

export function periodStart(startedAt: number | null): string {
  return secondsOf(startedAt ?? 0)
}
