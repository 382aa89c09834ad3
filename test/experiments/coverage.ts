import type { ExperimentSettings } from '../../src/domain/experiments/arms.ts'
import { confidenceSequences } from '../../src/domain/experiments/confidence.ts'
import type { Source } from './sources.ts'
import { Tally } from './tally.ts'

/**
 * Whether the confidence sequence of a single arm once misses its mean, when it is looked at after
 * each of the first 200 values and then whenever there are 1 % more.
 */
export function everMisses(
  source: Source,
  { settings, values }: { settings: ExperimentSettings; values: number },
  random: () => number,
): boolean {
  const tally = new Tally('only', source)
  let look = 1
  while (tally.count < values) {
    while (tally.count < look) tally.add(random)
    if (misses([tally], settings).length > 0) return true
    look = Math.ceil(Math.max(look + 1, look > 200 ? look * 1.01 : 0))
  }
  return false
}

/** The places of the arms whose interval does not hold their mean now. */
export function misses(tallies: readonly Tally[], settings: ExperimentSettings): number[] {
  return confidenceSequences(tallies, settings).flatMap((interval, at) => {
    const mean = tallies[at]?.source.mean ?? 0
    return interval && (mean < interval.lower || mean > interval.upper) ? [at] : []
  })
}
