import { optimalShares } from './allocation.ts'
import type { Arm, ExperimentSettings } from './arms.ts'
import { COINS, type Comparison, NORMALS } from './comparison.ts'
import { type Lead, leadsOf, requiredEvidence } from './evidence.ts'

/** `bandits`: being compared. `stopped`: there is a winner. `exhausted`: given up without one. */
export type Stage = 'bandits' | 'stopped' | 'exhausted'

/** Where arms stand that all have enough values to be compared. */
export interface Trial {
  readonly stage: Stage
  /** The place of the winner, or of the best arm so far. */
  readonly leader: number
  /** The lead it is hardest to be sure of; null for a single arm. */
  readonly weakest: Lead | null
  /** What share of the samples each arm gets from now on. They sum to 1. */
  readonly shares: readonly number[]
}

/**
 * Compares arms, at least one. An arm that `won` keeps its place whatever came in since: one wrong
 * winner in 1/δ experiments is what the first time counts.
 */
export function compareArms(
  arms: readonly Arm[],
  settings: ExperimentSettings,
  won: number | null,
): Trial {
  const rules = rulesOf(settings)
  const leader = won ?? best(arms)
  const leads = leadsOf(arms, leader, rules)
  const weakest = leads[0] ?? null
  const unbeaten = leads.filter(({ evidence }) => evidence < requiredEvidence(settings.delta))
  if (won !== null || (weakest && unbeaten.length === 0)) {
    return { stage: 'stopped', leader, weakest, shares: only(leader, arms) }
  }
  const full = arms.map(({ count }) => count >= settings.maxSamplesPerVariant)
  if (full[leader] && unbeaten.every(({ challenger }) => full[challenger])) {
    return { stage: 'exhausted', leader, weakest, shares: only(leader, arms) }
  }
  const shares = explore(catchUp(optimalShares(arms, leader, rules), arms, full), arms, full)
  return { stage: 'bandits', leader, weakest, shares }
}

function rulesOf({ metric, epsilon }: ExperimentSettings): {
  comparison: Comparison
  epsilon: number
} {
  return metric === 'boolean'
    ? { comparison: COINS, epsilon: Math.min(epsilon, 1) }
    : { comparison: NORMALS, epsilon }
}

function best(arms: readonly Arm[]): number {
  let leader = 0
  for (const [at, { merit }] of arms.entries()) {
    if (merit > (arms[leader]?.merit ?? -Infinity)) leader = at
  }
  return leader
}

function only(leader: number, arms: readonly Arm[]): number[] {
  return arms.map((_, at) => (at === leader ? 1 : 0))
}

/**
 * Shares that bring the counts to their optimal proportions by the time there are a tenth more
 * samples. Drawing by the optimal shares themselves takes a quarter more samples in all: counts that
 * went astray while the means were uncertain take too long to come back.
 */
function catchUp(optimal: number[], arms: readonly Arm[], full: readonly boolean[]): number[] {
  const target = totalOf(arms) * 1.1
  const open = optimal.map((share, at) => (full[at] ? 0 : share))
  const missing = open.map((share, at) => Math.max(share * target - (arms[at]?.count ?? 0), 0))
  return normalized(missing.some((samples) => samples > 0) ? missing : open)
}

/** Gives half to the arms with less than about √t samples, so that none is lost to bad luck. */
function explore(shares: number[], arms: readonly Arm[], full: readonly boolean[]): number[] {
  const least = Math.sqrt(totalOf(arms)) - arms.length / 2
  const rare = arms.map(({ count }, at) => !full[at] && count < least)
  const rarities = rare.filter(Boolean).length
  if (rarities === 0) return shares
  return shares.map((share, at) => share / 2 + (rare[at] ? 0.5 / rarities : 0))
}

function totalOf(arms: readonly Arm[]): number {
  return arms.reduce((total, { count }) => total + count, 0)
}

function normalized(shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / total)
}
