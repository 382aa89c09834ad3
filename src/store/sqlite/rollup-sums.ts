import { observe, Sketch } from '../../lib/sketch.ts'
import { SUMMED_COLUMNS } from '../usage-columns.ts'
import { ENDING_CODES } from './rollup-schema.ts'
import { addKnown, type Fact } from './rollup-facts.ts'

/** Many facts as one, but for their times. */
export interface RollupCounts {
  count: number
  failed: number
  cached: number
  /** In the order of `SUMMED_COLUMNS`. */
  readonly sums: (number | null)[]
  costed: number
  firstAt: number
  lastAt: number
}

/** Many facts as one. */
export interface RollupSums extends RollupCounts {
  readonly latency: Sketch
  readonly ttft: Sketch
}

const COST = SUMMED_COLUMNS.indexOf('cost_nano')

export function noSums(): RollupSums {
  return { ...noCounts(), latency: new Sketch(), ttft: new Sketch() }
}

export function noCounts(): RollupCounts {
  return {
    count: 0,
    failed: 0,
    cached: 0,
    sums: SUMMED_COLUMNS.map(() => null),
    costed: 0,
    firstAt: Number.POSITIVE_INFINITY,
    lastAt: Number.NEGATIVE_INFINITY,
  }
}

export function addFact(to: RollupSums, fact: Fact): void {
  countFact(to, fact)
  if (fact.latencyUs !== null) observe(to.latency, fact.latencyUs)
  if (fact.ttftUs !== null) observe(to.ttft, fact.ttftUs)
}

export function countFact(to: RollupCounts, fact: Fact): void {
  to.count++
  if (fact.key.ending === ENDING_CODES.failed) to.failed++
  if (fact.key.ending === ENDING_CODES.cached) to.cached++
  addSums(to.sums, fact.sums)
  if (fact.sums[COST] !== null) to.costed++
  to.firstAt = Math.min(to.firstAt, fact.at)
  to.lastAt = Math.max(to.lastAt, fact.at)
}

export function addSums(to: (number | null)[], from: readonly (number | null)[]): void {
  for (let index = 0; index < from.length; index++) {
    to[index] = addKnown(to[index] ?? null, from[index] ?? null)
  }
}
