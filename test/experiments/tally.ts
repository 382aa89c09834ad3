import type { ArmStatistics } from '../../src/domain/experiments/arms.ts'
import type { Source } from './sources.ts'

/** The values an arm brought so far, by Welford's running mean and variance. */
export class Tally implements ArmStatistics {
  readonly variant: string
  readonly source: Source
  count = 0
  mean = 0
  #squares = 0

  constructor(variant: string, source: Source) {
    this.variant = variant
    this.source = source
  }

  get variance(): number | null {
    return this.count > 1 ? this.#squares / (this.count - 1) : null
  }

  add(random: () => number): void {
    const value = this.source.draw(random)
    this.count++
    const distance = value - this.mean
    this.mean += distance / this.count
    this.#squares += distance * (value - this.mean)
  }
}
