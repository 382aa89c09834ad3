import { type ArmStatistics, armsOf, type ExperimentSettings } from './arms.ts'

export interface Interval {
  readonly lower: number
  readonly upper: number
}

/**
 * Where the true mean of each variant lies, in the metric's own units, in the order given. Each
 * variant's intervals hold its mean at all times at once with a probability of at least 1 − δ (of
 * that variant, not of all together), whatever the sampling. Exact for a boolean metric and a float
 * metric with a known range; asymptotic for a float metric without one. Before there is a value: the
 * whole range.
 */
export function confidenceSequences(
  statistics: readonly ArmStatistics[],
  settings: ExperimentSettings,
): Interval[] {
  const bounds = settings.metric === 'boolean' ? ([0, 1] as const) : settings.range
  if (bounds) return statistics.map((arm) => boundedInterval(arm, bounds, settings.delta))
  const arms = armsOf(statistics, settings)
  return statistics.map(({ mean }, at) => {
    const arm = arms[at]
    const half = arm && arm.count > 1 ? normalRadius(arm.count, arm.variance, settings.delta) : null
    return half === null
      ? { lower: -Infinity, upper: Infinity }
      : { lower: mean - half, upper: mean + half }
  })
}

/**
 * The means a beta mixture of likelihood ratios does not rule out (Robbins 1970; Kaufmann and Koolen
 * 2021). It is exact for coins, and safe for all values from 0 to 1, since those bet less than coins
 * of the same mean.
 */
function boundedInterval(
  { count, mean }: ArmStatistics,
  [low, high]: readonly [number, number],
  delta: number,
): Interval {
  const width = high - low
  if (count === 0 || !(width > 0)) return { lower: low, upper: high }
  const share = Math.min(Math.max((mean - low) / width, 0), 1)
  const heads = count * share
  const tails = count - heads
  const mixture = logBeta(heads + 0.5, tails + 0.5) - logBeta(0.5, 0.5)
  const ruledOut = (at: number): boolean =>
    mixture - scaledLog(heads, at) - scaledLog(tails, 1 - at) >= -Math.log(delta)
  return {
    lower: low + width * edge(share, 0, ruledOut),
    upper: low + width * edge(share, 1, ruledOut),
  }
}

/** n·ln(x), where nothing times minus infinity is nothing. */
function scaledLog(times: number, x: number): number {
  return times === 0 ? 0 : times * Math.log(x)
}

/** The point towards `outer` from which on everything is ruled out, or `outer` itself. */
function edge(inner: number, outer: number, ruledOut: (at: number) => boolean): number {
  if (!ruledOut(outer)) return outer
  let kept = inner
  let out = outer
  for (let step = 0; step < 50; step++) {
    const at = (kept + out) / 2
    if (ruledOut(at)) out = at
    else kept = at
  }
  return out
}

/** Half the width of the asymptotic sequence of Waudby-Smith and others (2024). */
function normalRadius(count: number, variance: number, delta: number): number {
  const known = count + EXPECTED_COUNT
  return Math.sqrt(
    ((variance * known) / count ** 2) * (Math.log(known / EXPECTED_COUNT) - 2 * Math.log(delta)),
  )
}

/** The sequence is narrowest when there are some ten times as many values. */
const EXPECTED_COUNT = 50

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/** Stirling's series, from 8 on good to 1e-13; smaller arguments are raised first. */
function logGamma(x: number): number {
  let shift = 0
  let at = x
  for (; at < 8; at++) shift -= Math.log(at)
  const inverse = 1 / (at * at)
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at
  return shift + (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series
}
