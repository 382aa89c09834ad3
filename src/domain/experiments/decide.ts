import { type Arm, type ArmStatistics, armsOf, type ExperimentSettings } from './arms.ts'
import { requiredEvidence } from './evidence.ts'
import { compareArms, type Stage, type Trial } from './trial.ts'

/**
 * What an experiment does with its variants: `bandits` compares them, `stopped` has a winner,
 * `exhausted` gave up without one. `nursery` means that a variant has too few values to be compared;
 * the others may be in any stage meanwhile.
 */
export type ExperimentState = 'nursery' | Stage | `nursery_and_${Stage}`

/** A winner, and the variants it was found to beat. It stands as long as no other one is compared. */
export interface Verdict {
  readonly winner: string
  readonly over: readonly string[]
}

export interface Decision {
  readonly state: ExperimentState
  /** The share of the traffic of each variant, until the next decision. They sum to 1. */
  readonly probabilities: ReadonlyMap<string, number>
  /** For the caller to keep and hand to the next decision; null while there is no winner. */
  readonly verdict: Verdict | null
  /** The best variant so far, proven or not; null while none can be compared. */
  readonly leader: string | null
  /** Where the proof stands; null while there are no two variants to compare. */
  readonly evidence: Evidence | null
}

export interface Evidence {
  /** The variant that is hardest to tell from the leader. */
  readonly challenger: string
  /** The log of the evidence that the leader is better (nats), safe to look at any time. */
  readonly value: number
  /** The challenger is beaten from here on. */
  readonly required: number
}

/**
 * What to do with each variant after these values: track-and-stop (Garivier and Kaufmann 2016) with
 * a one-sided mixture as its stopping rule. `settings` and at least one variant are taken as valid.
 * `previous` is the verdict of the decision before, null at first.
 */
export function decide(
  statistics: readonly ArmStatistics[],
  settings: ExperimentSettings,
  previous: Verdict | null,
): Decision {
  const arms = armsOf(statistics, settings)
  const least = Math.max(settings.minSamplesPerVariant, settings.metric === 'float' ? 2 : 1)
  const names: string[] = []
  const compared: Arm[] = []
  const young: string[] = []
  for (const [at, { variant }] of statistics.entries()) {
    const arm = arms[at]
    if (arm && arm.count >= least) {
      names.push(variant)
      compared.push(arm)
    } else young.push(variant)
  }
  if (compared.length === 0) return nursery(young)
  const trial = compareArms(compared, settings, placeOfWinner(previous, names))
  return {
    state: young.length === 0 ? trial.stage : `nursery_and_${trial.stage}`,
    probabilities: probabilitiesOf(young, names, floored(trial, settings, statistics.length)),
    ...outcome(trial, names, settings.delta),
  }
}

function nursery(young: readonly string[]): Decision {
  return {
    state: 'nursery',
    probabilities: probabilitiesOf(young, [], []),
    verdict: null,
    leader: null,
    evidence: null,
  }
}

/** Null as well when the verdict says nothing about one of the variants compared now. */
function placeOfWinner(previous: Verdict | null, names: readonly string[]): number | null {
  if (!previous?.over.length) return null
  const place = names.indexOf(previous.winner)
  const known = names.every((name) => name === previous.winner || previous.over.includes(name))
  return place === -1 || !known ? null : place
}

/** The shares while variants are compared, none smaller than allowed once the young took theirs. */
function floored(
  { stage, shares }: Trial,
  { minProbability }: ExperimentSettings,
  variants: number,
): readonly number[] {
  if (stage !== 'bandits') return shares
  const least = Math.min(Math.max(minProbability, LEAST_PROBABILITY) * variants, 1) / shares.length
  return shares.map((share) => least + (1 - shares.length * least) * share)
}

/** So that no variant that is still compared is ever ruled out. */
const LEAST_PROBABILITY = 1e-6

/** Every young variant gets an equal part of the traffic, the others share the rest. */
function probabilitiesOf(
  young: readonly string[],
  names: readonly string[],
  shares: readonly number[],
): Map<string, number> {
  const part = 1 / (young.length + names.length)
  const rest = names.length * part
  return new Map([
    ...young.map((name): [string, number] => [name, part]),
    ...names.map((name, at): [string, number] => [name, rest * (shares[at] ?? 0)]),
  ])
}

function outcome(
  { stage, leader, weakest }: Trial,
  names: readonly string[],
  delta: number,
): Pick<Decision, 'verdict' | 'leader' | 'evidence'> {
  const best = names[leader] ?? ''
  return {
    verdict:
      stage === 'stopped' ? { winner: best, over: names.filter((name) => name !== best) } : null,
    leader: best,
    evidence: weakest && {
      challenger: names[weakest.challenger] ?? '',
      value: weakest.evidence,
      required: requiredEvidence(delta),
    },
  }
}
