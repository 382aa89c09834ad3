import type { Arm } from './arms.ts'
import type { Comparison } from './comparison.ts'

/** How sure it is that the leader is better than one challenger. */
export interface Lead {
  /** The challenger's place among the arms. */
  readonly challenger: number
  /** The log of the evidence against the challenger (nats). */
  readonly evidence: number
}

/** The evidence against every other arm, the weakest first. */
export function leadsOf(
  arms: readonly Arm[],
  leader: number,
  { comparison, epsilon }: { comparison: Comparison; epsilon: number },
): Lead[] {
  const first = arms[leader]
  if (!first) return []
  return arms
    .map((arm, challenger) => {
      const ratio = comparison.evidence(first, arm, epsilon)
      const samples = (first.count * arm.count) / (first.count + arm.count)
      return { challenger, evidence: anytimeEvidence(ratio, samples) }
    })
    .filter(({ challenger }) => challenger !== leader)
    .toSorted((a, b) => a.evidence - b.evidence)
}

/** The evidence (nats) from which on a challenger counts as beaten: ln(1/δ). */
export function requiredEvidence(delta: number): number {
  return -Math.log(delta)
}

/**
 * What a likelihood ratio is worth when it was looked at all the time: the log of a one-sided
 * normal mixture (Robbins 1970), which a challenger that is not worse brings above ln(1/δ) with a
 * probability of at most δ, however often and long one looks. `samples` is the harmonic sum of both
 * arms' counts, the information about their difference in units of its variance.
 */
function anytimeEvidence(ratio: number, samples: number): number {
  if (ratio === 0) return 0
  const bounded = Math.min(ratio, Number.MAX_SAFE_INTEGER)
  const sizes = EFFECTS.map(({ weight, precision }) => {
    const known = samples / (samples + precision)
    return Math.log(2 * weight) + Math.log1p(-known) / 2 + bounded * known
  })
  const largest = Math.max(...sizes)
  const sum = sizes.reduce((total, size) => total + Math.exp(size - largest), 0)
  return Math.max(largest + Math.log(sum), 0)
}

/**
 * The differences the mixture expects, in standard deviations: mostly around 1/8, as between two
 * good prompts, some around 1/2. Others are found as well, with somewhat more samples.
 */
const EFFECTS = [
  { weight: 0.75, precision: 64 },
  { weight: 0.25, precision: 4 },
] as const
