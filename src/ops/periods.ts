/** The spans of time that statistics are told for, in UTC; a week begins on Monday. */
export const PERIODS = ['minute', 'hour', 'day', 'week', 'month'] as const
export type Period = (typeof PERIODS)[number]

const MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const
/** The first Monday of 1970. */
const MONDAY = 4 * MS.day

/** When each of the last periods ends, the one that runs now included, the oldest first. */
export function lastEnds(period: Period, count: number, now: number): number[] {
  return Array.from({ length: count }, (_, at) => endOf(period, now, count - 1 - at))
}

/** When the period ends that began so many periods before the one at `now`. */
function endOf(period: Period, now: number, back: number): number {
  if (period === 'month') {
    const date = new Date(now)
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1 - back)
  }
  const length = MS[period]
  const origin = period === 'week' ? MONDAY : 0
  return origin + (Math.floor((now - origin) / length) + 1 - back) * length
}
