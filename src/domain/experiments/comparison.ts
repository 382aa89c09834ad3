import type { Arm } from './arms.ts'

/**
 * What one kind of metric needs to compare two arms: how much evidence their values are, and how
 * that evidence grows with the share of the samples each of them gets.
 */
export interface Comparison {
  /**
   * The log of the generalized likelihood ratio (nats, never negative) that the leader's mean is
   * above the challenger's less `epsilon`; 0 when it does not look so.
   */
  evidence(leader: Arm, challenger: Arm, epsilon: number): number
  /** Both arms with at least a hair's breadth between them, as sampling is planned for. */
  plan(leader: Arm, challenger: Arm, epsilon: number): Contest
}

/** A leader and a challenger, as the optimal proportions see them. */
export interface Contest {
  /** The evidence for each sample of the leader if the challenger were known exactly. */
  readonly limit: number
  /**
   * How many samples of the challenger go with one of the leader, so that together they give `rate`
   * nats (0 < rate < limit).
   */
  ratio(rate: number): number
  /** How much more a sample of the leader adds to the evidence than one of the challenger. */
  leverage(ratio: number): number
}

/** For values that are 0 or 1 (Garivier and Kaufmann 2016, section 2.2). */
export const COINS: Comparison = {
  evidence: (leader, challenger, epsilon) => {
    if (leader.merit <= challenger.merit - epsilon) return 0
    const at = meetingPoint(leader, challenger, epsilon)
    return (
      leader.count * coinDivergence(leader.merit, at) +
      challenger.count * coinDivergence(challenger.merit, at + epsilon)
    )
  },
  plan: (leader, challenger, epsilon) => {
    const high = smoothed(leader)
    const hair = LEAST_GAP * high * (1 - high)
    const low = Math.min(Math.max(smoothed(challenger) - epsilon, hair / 2), high - hair)
    return coinContest(high, low)
  },
}

/** For values with any other distribution, as if it were normal with the variance seen. */
export const NORMALS: Comparison = {
  evidence: (leader, challenger, epsilon) => {
    const gap = leader.merit - challenger.merit + epsilon
    if (gap <= 0 || leader.count < 2 || challenger.count < 2) return 0
    const own = leader.variance / leader.count
    const other = challenger.variance / challenger.count
    const freedom =
      (own + other) ** 2 / (own ** 2 / (leader.count - 1) + other ** 2 / (challenger.count - 1))
    return ((freedom + 1) / 2) * Math.log1p(gap ** 2 / (own + other) / freedom)
  },
  plan: (leader, challenger, epsilon) => {
    const deviation = Math.sqrt(Math.max(leader.variance, challenger.variance))
    const gap = Math.max(leader.merit - challenger.merit + epsilon, LEAST_GAP * deviation)
    return normalContest(gap ** 2 / 2, leader.variance, challenger.variance)
  },
}

/** Smaller gaps, in standard deviations, are planned for as if they were this large. */
const LEAST_GAP = 1e-3

/** The relative entropy of two coins in nats. Infinite where `q` rules out what `p` allows. */
function coinDivergence(p: number, q: number): number {
  const heads = p > 0 ? p * Math.log(p / q) : 0
  const tails = p < 1 ? (1 - p) * Math.log((1 - p) / (1 - q)) : 0
  return Math.max(heads + tails, 0)
}

/** The mean of the leader that explains both arms best if the challenger's is `epsilon` above. */
function meetingPoint(leader: Arm, challenger: Arm, epsilon: number): number {
  const together = leader.count + challenger.count
  if (epsilon === 0) {
    return (leader.merit * leader.count + challenger.merit * challenger.count) / together
  }
  let low = Math.max(challenger.merit - epsilon, 0)
  let high = Math.min(leader.merit, 1 - epsilon)
  for (let step = 0; step < 60 && low < high; step++) {
    const at = (low + high) / 2
    const slope =
      pull(leader.count, leader.merit, at) + pull(challenger.count, challenger.merit, at + epsilon)
    if (slope < 0) low = at
    else high = at
  }
  return (low + high) / 2
}

/** The slope of a coin's divergence, as many times as it was thrown. */
function pull(count: number, mean: number, at: number): number {
  return (count * (at - mean)) / (at * (1 - at))
}

/** Krichevsky and Trofimov's estimate: never 0 or 1, so that no plan rests on a few throws. */
function smoothed({ merit, count }: Arm): number {
  return (merit * count + 0.5) / (count + 1)
}

function coinContest(high: number, low: number): Contest {
  const between = (ratio: number): number => (high + ratio * low) / (1 + ratio)
  const first = coinDivergence(low, high)
  return {
    limit: coinDivergence(high, low),
    ratio: (rate) => {
      // The evidence is concave in the ratio: Newton's steps from 0 come closer and never overshoot.
      let ratio = rate / first
      for (let step = 0; step < 30; step++) {
        const at = between(ratio)
        const slope = coinDivergence(low, at)
        const next = ratio + (rate - coinDivergence(high, at) - ratio * slope) / slope
        if (!(next > ratio * (1 + 1e-9)) || !Number.isFinite(next)) break
        ratio = next
      }
      return ratio
    },
    leverage: (ratio) => {
      const at = between(ratio)
      return coinDivergence(high, at) / coinDivergence(low, at)
    },
  }
}

function normalContest(halfSquare: number, own: number, other: number): Contest {
  return {
    limit: halfSquare / own,
    ratio: (rate) => other / (halfSquare / rate - own),
    leverage: (ratio) => (ratio ** 2 * own) / other,
  }
}
