import type { Arm } from './arms.ts'
import type { Comparison, Contest } from './comparison.ts'

/**
 * The share of the samples each arm should get, so that the leader is told from all others with the
 * fewest samples (Garivier and Kaufmann 2016, theorem 5). They sum to 1.
 */
export function optimalShares(
  arms: readonly Arm[],
  leader: number,
  { comparison, epsilon }: { comparison: Comparison; epsilon: number },
): number[] {
  const first = arms[leader]
  if (!first || arms.length === 1) return arms.map(() => 1)
  const contests = arms.map((arm, at) =>
    at === leader ? null : comparison.plan(first, arm, epsilon),
  )
  const rate = balancedRate(contests.filter((contest) => contest !== null))
  const ratios = contests.map((contest) => (contest ? contest.ratio(rate) : 1))
  const total = ratios.reduce((sum, ratio) => sum + ratio, 0)
  return ratios.map((ratio) => ratio / total)
}

/**
 * The evidence for each sample of the leader at which one more of the leader is worth as much as
 * one more of the others: where the leverages sum to 1. They rise with the rate, from 0 to infinity.
 * Found by false position (the Illinois way): `imbalance` makes nearly a straight line of them.
 */
function balancedRate(contests: readonly Contest[]): number {
  let [low, below] = [0, -0.5]
  let [high, above] = [Math.min(...contests.map(({ limit }) => limit)), 0.5]
  let rate = high / 2
  let side = 0
  for (let step = 0; step < 60; step++) {
    rate = (low * above - high * below) / (above - below)
    const value = imbalance(contests, rate)
    if (Math.abs(value) < 1e-6) break
    if (value < 0) {
      low = rate
      below = value
      if (side < 0) above /= 2
    } else {
      high = rate
      above = value
      if (side > 0) below /= 2
    }
    side = Math.sign(value)
  }
  return rate
}

/** Between −½ and ½, 0 where the leverages sum to 1. */
function imbalance(contests: readonly Contest[], rate: number): number {
  let leverage = 0
  for (const contest of contests) leverage += contest.leverage(contest.ratio(rate))
  return 0.5 - 1 / (1 + Math.sqrt(leverage))
}
