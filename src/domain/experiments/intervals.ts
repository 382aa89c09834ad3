import { type Moments, varianceOf } from './moments.ts'

/** Where a true value lies, with 95 % confidence. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}

/** Half the width of a 95 % interval, in standard errors. */
const Z = 1.96

/** Of the mean of any numbers (Wald); null for fewer than two. */
export function meanInterval(moments: Moments): Interval | null {
  const variance = varianceOf(moments)
  if (variance === null) return null
  const half = Z * Math.sqrt(variance / moments.count)
  return { lower: moments.mean - half, upper: moments.mean + half }
}

/** Of the share of ones among zeros and ones (Wilson 1927): never outside 0 to 1; null for none. */
export function shareInterval({ count, mean }: Moments): Interval | null {
  if (count === 0) return null
  const square = Z ** 2 / count
  const center = (mean + square / 2) / (1 + square)
  const half = (Z / (1 + square)) * Math.sqrt((mean * (1 - mean)) / count + square / (4 * count))
  return { lower: Math.max(0, center - half), upper: Math.min(1, center + half) }
}
