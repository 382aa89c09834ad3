/** What the feedback of one variant adds up to. The store computes it; nothing else is needed. */
export interface ArmStatistics {
  readonly variant: string
  /** How many values came in. */
  readonly count: number
  /** Their mean: a share from 0 to 1 for a boolean metric. Ignored when there are none. */
  readonly mean: number
  /** Their sample variance (by count − 1); null for fewer than two. A boolean metric needs none. */
  readonly variance: number | null
}

export interface ExperimentSettings {
  readonly metric: 'boolean' | 'float'
  readonly optimize: 'max' | 'min'
  /** How often a wrong winner may be declared, over the whole life of the experiment. */
  readonly delta: number
  /** A variant this close to the best (in units of the metric) is good enough to win. */
  readonly epsilon: number
  readonly minSamplesPerVariant: number
  readonly maxSamplesPerVariant: number
  /** The least share of the traffic of each variant while variants are compared. */
  readonly minProbability: number
  /** The least and the largest value of a float metric, when they are known. */
  readonly range?: readonly [number, number]
}

/** A variant as the statistics see it: a larger merit is better, whatever is optimized. */
export interface Arm {
  readonly count: number
  /** From 0 to 1 for a boolean metric. */
  readonly merit: number
  /** Of one value, never zero. Only read for a float metric. */
  readonly variance: number
}

/**
 * The arms in the same order. A float metric's variance takes in imagined values, so that ten equal
 * values are no proof that there are no others (Waudby-Smith and Ramdas 2024 shrink the same way):
 * one that is half the range away from the mean, or, without a range, some at the distance the
 * values of all arms typically have.
 */
export function armsOf(statistics: readonly ArmStatistics[], settings: ExperimentSettings): Arm[] {
  const usable = statistics.map(withoutExcess)
  if (settings.metric === 'boolean') {
    return usable.map(({ count, mean }) => {
      const share = Math.min(Math.max(mean, 0), 1)
      return { count, merit: settings.optimize === 'max' ? share : 1 - share, variance: 0 }
    })
  }
  const typical = settings.range ? halfSquared(settings.range) : spreadOf(usable)
  const distance = Math.max(typical, noiseOf(usable))
  const imagined = settings.range ? 1 : IMAGINED_VALUES
  return usable.map(({ count, mean, variance }) => ({
    count,
    merit: settings.optimize === 'max' ? mean : -mean,
    variance:
      (squaresOf(count, variance) + imagined * distance) / (Math.max(count - 1, 0) + imagined),
  }))
}

/**
 * As many as rare values need. With one, an arm without a success in its first values looks too sure
 * of it: 9 % of the experiments with coins of 5 % end wrong. With sixteen, 2 % do.
 */
const IMAGINED_VALUES = 16

/** Values that are too large to be squared can not be compared: as if there were none. */
function withoutExcess(arm: ArmStatistics): ArmStatistics {
  const fits = Math.abs(arm.mean) < LARGEST && (arm.variance ?? 0) < LARGEST ** 2
  return fits ? arm : { ...arm, count: 0, mean: 0, variance: null }
}

const LARGEST = 1e50

function halfSquared([low, high]: readonly [number, number]): number {
  return ((high - low) / 2) ** 2
}

/** The variance of all values together. */
function spreadOf(statistics: readonly ArmStatistics[]): number {
  let total = 0
  let sum = 0
  for (const { count, mean } of statistics) {
    total += count
    sum += count * mean
  }
  const center = sum / Math.max(total, 1)
  let squares = 0
  for (const { count, mean, variance } of statistics) {
    squares += count * (mean - center) ** 2 + squaresOf(count, variance)
  }
  return squares / Math.max(total, 1)
}

/** A variance below which a difference may come from rounding: equal values are no evidence. */
function noiseOf(statistics: readonly ArmStatistics[]): number {
  return Math.max(1e-60, ...statistics.map(({ mean }) => mean ** 2 * 1e-18))
}

/** The squared distances from the mean, summed up. Rounding can not bring them below zero. */
function squaresOf(count: number, variance: number | null): number {
  return Math.max(count - 1, 0) * Math.max(variance ?? 0, 0)
}
