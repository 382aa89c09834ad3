import { type Moments, NO_VALUES } from '../domain/experiments/moments.ts'
import type { StoreClient } from '../store/client.ts'
import type { StatisticsQuery } from '../store/feedback-statistics.ts'
import { lastEnds, type Period } from './periods.ts'

/** What a metric says of a variant, of what was said within a period. */
export interface Performance extends Moments {
  /** ms since 1970; null: of all time. */
  readonly startedAt: number | null
  readonly variantName: string
}

/** So many periods are told, the one that runs now included. */
const MOST_PERIODS = 30

/** The oldest period first; those without values are left out. */
export async function variantPerformances(
  { reads }: StoreClient,
  of: StatisticsQuery,
  period: Period | 'cumulative',
  now: number,
): Promise<Performance[]> {
  if (period === 'cumulative') {
    const rows = await reads.feedbackByVariant(of)
    return rows.map(({ variantName, count, mean, squares }) => {
      return { startedAt: null, variantName, count, mean, squares }
    })
  }
  const ends = lastEnds(period, MOST_PERIODS + 1, now)
  const rows = await reads.feedbackUntil(of, ends)
  const before = new Map<string, Moments>()
  return ends.flatMap((end, index) => {
    const startedAt = ends[index - 1] ?? null
    return rows
      .filter((row) => row.end === end)
      .flatMap((row) => {
        const known = before.get(row.variantName) ?? NO_VALUES
        before.set(row.variantName, row)
        const since = without(row, known)
        if (startedAt === null || since.count === 0) return []
        return [{ startedAt, variantName: row.variantName, ...since }]
      })
  })
}

/** The values of the one that are not among the other's. */
function without(all: Moments, some: Moments): Moments {
  const count = all.count - some.count
  if (count <= 0) return NO_VALUES
  const mean = (all.count * all.mean - some.count * some.mean) / count
  const apart = (some.mean - mean) ** 2 * ((some.count * count) / all.count)
  return { count, mean, squares: Math.max(0, all.squares - some.squares - apart) }
}
