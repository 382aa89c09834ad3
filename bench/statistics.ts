export interface Spread {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** Null of no values. */
export function spread(values: readonly number[]): Spread | null {
  const sorted = Float64Array.from(values).toSorted()
  if (sorted.length === 0) return null
  return { p50: at(sorted, 0.5), p90: at(sorted, 0.9), p99: at(sorted, 0.99), max: at(sorted, 1) }
}

export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Of the rounds of one measure. Null of no values. */
export function summarize(values: readonly number[]): Summary | null {
  const sorted = Float64Array.from(values).toSorted()
  if (sorted.length === 0) return null
  const median = (at(sorted, 0.5) + (sorted[Math.floor(sorted.length / 2)] ?? 0)) / 2
  return { median, min: at(sorted, 0), max: at(sorted, 1) }
}

export interface Tail {
  readonly median: number
  readonly p95: number
  readonly max: number
}

/** Of times, where the worst ones count. Null of no values. */
export function tail(values: readonly number[]): Tail | null {
  const summary = summarize(values)
  if (summary === null) return null
  const p95 = at(Float64Array.from(values).toSorted(), 0.95)
  return { median: summary.median, p95, max: summary.max }
}

/** Slope of the straight line that fits the points best, in y per x; 0 of fewer than two. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const meanX = points.reduce((sum, point) => sum + point.x, 0) / points.length
  const meanY = points.reduce((sum, point) => sum + point.y, 0) / points.length
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0)
  const variance = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  return variance > 0 ? covariance / variance : 0
}

/** Nearest rank. */
function at(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}
