import type { ArmStatistics, ExperimentSettings } from './arms.ts'

export interface Interval {
  readonly lower: number
  readonly upper: number
}

/**
 * Where the true mean of each variant lies, in the metric's own units, in the order given. Each
 * variant's intervals hold its mean at all times at once with a probability of at least 1 − δ (of
 * that variant, not of all together), whatever the sampling. Proven for a boolean metric and for a
 * float metric with a known range. Nothing can be proven for a float metric without one: simulated
 * for values about as skewed as successes that come in one of twenty. Null as long as nothing can be
 * said: no value yet, or, without a range, fewer than about twenty or equal ones.
 */
export function confidenceSequences(
  statistics: readonly ArmStatistics[],
  settings: ExperimentSettings,
): (Interval | null)[] {
  const bounds = settings.metric === 'boolean' ? ([0, 1] as const) : settings.range
  return statistics.map((arm) =>
    bounds ? boundedInterval(arm, bounds, settings.delta) : freeInterval(arm, settings.delta),
  )
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
): Interval | null {
  const width = high - low
  if (count === 0 || !(width > 0)) return null
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

/**
 * The t-test that may be looked at all the time (Lai 1976; Wang and Ramdas 2025), widened as Johnson
 * (1978) corrects for skewness, by the worst that is reckoned with: the statistics do not tell it.
 */
function freeInterval({ count, mean, variance }: ArmStatistics, delta: number): Interval | null {
  const deviation = Math.sqrt(variance ?? 0)
  if (!(deviation > Math.abs(mean) * ROUNDING) || !Number.isFinite(deviation)) return null
  const errors = normalErrors(count, delta)
  const skewed = (SKEWNESS * (2 * errors ** 2 + 1)) / (6 * Math.sqrt(count))
  const half = ((errors + skewed) * deviation) / Math.sqrt(count)
  return Number.isFinite(half) ? { lower: mean - half, upper: mean + half } : null
}

/**
 * How many standard errors from the mean a normal mixture over the effect, with the scale integrated
 * out, rules out the rest; infinite for too few values.
 */
function normalErrors(count: number, delta: number): number {
  const prior = EXPECTED_COUNT / (count + EXPECTED_COUNT)
  const logRatio = -(2 * Math.log(delta) + Math.log(prior)) / count
  const room = -Math.expm1(logRatio + Math.log(prior))
  return room > 0 ? Math.sqrt((Math.expm1(logRatio) * (count - 1)) / room) : Infinity
}

/** The sequence is narrowest when there are some ten times as many values. */
const EXPECTED_COUNT = 50

/** That of successes that come in 4 of 100 values; long-tailed costs have about 3. */
const SKEWNESS = 5

/** Relative to the mean, a deviation this small is none. */
const ROUNDING = 1e-9

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
