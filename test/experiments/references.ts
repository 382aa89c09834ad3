import { optimalShares } from '../../src/domain/experiments/allocation.ts'
import type { Arm, ExperimentSettings } from '../../src/domain/experiments/arms.ts'
import { COINS, NORMALS } from '../../src/domain/experiments/comparison.ts'
import type { Source } from './sources.ts'

/**
 * How many samples any method needs on average that is wrong in a share of δ at most (Garivier and
 * Kaufmann 2016, theorem 1). For values that are no coins: as if they were normal and their variance
 * were known. The first source is the best.
 */
export function lowerBound(sources: readonly Source[], settings: ExperimentSettings): number {
  const { delta, metric } = settings
  const arms = sources.map((source) => knownArm(source, settings))
  const comparison = metric === 'boolean' ? COINS : NORMALS
  const shares = optimalShares(arms, 0, { comparison, epsilon: 0 })
  const [first, ...others] = arms.map(({ merit, variance }, at) => {
    return { count: shares[at] ?? 0, merit, variance }
  })
  const evidence = (leader: Arm, other: Arm): number =>
    metric === 'boolean' ? COINS.evidence(leader, other, 0) : evidenceOfNormals(leader, other)
  const rate = first ? Math.min(...others.map((arm) => evidence(first, arm))) : 0
  return ((1 - 2 * delta) * Math.log((1 - delta) / delta)) / rate
}

/** An arm about which everything is known. */
function knownArm({ mean, variance }: Source, { metric, optimize }: ExperimentSettings): Arm {
  const flipped = metric === 'boolean' ? 1 - mean : -mean
  return { count: 1e12, merit: optimize === 'max' ? mean : flipped, variance }
}

function evidenceOfNormals(leader: Arm, challenger: Arm): number {
  const spread = leader.variance / leader.count + challenger.variance / challenger.count
  return (leader.merit - challenger.merit) ** 2 / 2 / spread
}

/**
 * How many samples a classic test needs that is planned by someone who knows the smallest gap and
 * all variances, and looks once: as many of each arm that the best one passes one-sided z-tests
 * against all others, corrected for their number, with a power of 1 − δ.
 */
export function fixedHorizon(sources: readonly Source[], delta: number): number {
  const [first, ...others] = sources
  if (!first) return 0
  const reach = normalQuantile(1 - delta / others.length) + normalQuantile(1 - delta)
  const counts = others.map(
    ({ mean, variance }) => (reach ** 2 * (first.variance + variance)) / (first.mean - mean) ** 2,
  )
  return Math.ceil(Math.max(...counts)) * sources.length
}

/** Where a standard normal value stays below with this probability, good to 1e-6. */
function normalQuantile(probability: number): number {
  let low = -8
  let high = 8
  while (high - low > 1e-9) {
    const at = (low + high) / 2
    if (normalShare(at) < probability) low = at
    else high = at
  }
  return (low + high) / 2
}

/** The normal distribution function, by the trapezoidal rule. */
function normalShare(until: number): number {
  const steps = 2000
  const width = until / steps
  let sum = (1 + Math.exp(-(until ** 2) / 2)) / 2
  for (let step = 1; step < steps; step++) sum += Math.exp(-((step * width) ** 2) / 2)
  return 0.5 + (sum * width) / Math.sqrt(2 * Math.PI)
}
