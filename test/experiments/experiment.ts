import type { ExperimentSettings } from '../../src/domain/experiments/arms.ts'
import { type Decision, decide } from '../../src/domain/experiments/decide.ts'
import { misses } from './coverage.ts'
import type { Source } from './sources.ts'
import { Tally } from './tally.ts'

export interface Setup {
  readonly sources: readonly Source[]
  readonly settings: ExperimentSettings
  /** How many values come in between two decisions. */
  readonly batch: number
  /** Whether the decisions choose the arms, or all are as likely. */
  readonly sampling: 'adaptive' | 'uniform'
  /** Whether to look at the confidence sequences at every decision. */
  readonly watched: boolean
}

export interface Ending {
  readonly samples: number
  /** The place of the winner, null when there is none. */
  readonly winner: number | null
  /** The arms whose confidence sequence once missed their mean, if anybody looked. */
  readonly missed: ReadonlySet<number>
}

/** Runs an experiment to its end, with a decision after every batch. */
export function runExperiment(setup: Setup, random: () => number): Ending {
  const { sources, settings, batch, watched } = setup
  const tallies = sources.map((source, at) => new Tally(String(at), source))
  const missed = new Set<number>()
  let samples = 0
  for (;;) {
    const decision = decide(tallies, settings, null)
    if (watched) for (const at of misses(tallies, settings)) missed.add(at)
    if (decision.state === 'stopped' || decision.state === 'exhausted') {
      const winner = decision.verdict ? Number(decision.verdict.winner) : null
      return { samples, winner, missed }
    }
    const shares = sharesOf(decision, setup)
    for (let drawn = 0; drawn < batch; drawn++) tallies[pick(shares, random)]?.add(random)
    samples += batch
  }
}

function sharesOf({ probabilities }: Decision, { sampling, sources }: Setup): number[] {
  if (sampling === 'uniform') return sources.map(() => 1 / sources.length)
  return sources.map((_, at) => probabilities.get(String(at)) ?? 0)
}

function pick(shares: readonly number[], random: () => number): number {
  let left = random()
  for (const [at, share] of shares.entries()) {
    left -= share
    if (left < 0) return at
  }
  return shares.length - 1
}
