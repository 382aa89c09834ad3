import { allCells } from './cells.ts'
import { createStream } from './random.ts'

/** Some runs of one cell. */
export interface Task {
  readonly cell: number
  readonly seed: number
  readonly firstRun: number
  readonly runs: number
}

/** What they add up to. */
export interface Sums {
  readonly cell: number
  readonly runs: number
  readonly wrong: number
  readonly undecided: number
  readonly samples: number
}

const cells = allCells()

export function perform({ cell, seed, firstRun, runs }: Task): Sums {
  const sums = { cell, runs, wrong: 0, undecided: 0, samples: 0 }
  for (let run = firstRun; run < firstRun + runs; run++) {
    const outcome = cells[cell]?.play(createStream(seed, cell, run))
    if (outcome?.wrong) sums.wrong++
    if (outcome?.undecided) sums.undecided++
    sums.samples += outcome?.samples ?? 0
  }
  return sums
}
