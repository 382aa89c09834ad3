/**
 * Proves the statistics of experiments by simulation: `npm run sim:experiments -- --runs 2000`.
 * Ends with status 1 where a bound is broken.
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { allCells } from './cells.ts'
import { broken, line, markdown, type Result } from './report.ts'
import type { Sums, Task } from './perform.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', default: '' },
    markdown: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('--runs must be a whole number.')

const cells = allCells()
const chosen = [...cells.keys()].filter((at) =>
  `${cells[at]?.group} ${cells[at]?.name}`.includes(values.only),
)
const RUNS_OF_TASK = 100
const tasks: Task[] = chosen.flatMap((cell) =>
  Array.from({ length: Math.ceil(runs / RUNS_OF_TASK) }, (_, part) => ({
    cell,
    seed: Number(values.seed),
    firstRun: part * RUNS_OF_TASK,
    runs: Math.min(RUNS_OF_TASK, runs - part * RUNS_OF_TASK),
  })),
)

const started = performance.now()
const totals = new Map<number, Sums>()
await Promise.all(Array.from({ length: Number(values.threads) }, work))

const results = chosen.flatMap((at): Result[] => {
  const [cell, sums] = [cells[at], totals.get(at)]
  return cell && sums ? [{ cell, sums }] : []
})
if (values.markdown) process.stdout.write(`\n${markdown(results)}\n`)
const failures = results.filter((result) => broken(result).length > 0)
for (const failure of failures) {
  process.stdout.write(`BROKEN ${failure.cell.name}: ${broken(failure).join('; ')}\n`)
}
const seconds = Math.round((performance.now() - started) / 1000)
process.stdout.write(
  `${results.length} cases, ${runs} runs of each, ${failures.length} broken, ${seconds} s\n`,
)
process.exitCode = failures.length > 0 ? 1 : 0

/** One thread, which takes tasks until none is left. */
async function work(): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url))
  const ended = once(worker, 'exit')
  worker.on('message', (sums: Sums) => {
    add(sums)
    hand(worker)
  })
  hand(worker)
  await ended
}

function hand(worker: Worker): void {
  worker.postMessage(tasks.shift() ?? null)
}

function add(part: Sums): void {
  const sums = totals.get(part.cell)
  const total = {
    cell: part.cell,
    runs: part.runs + (sums?.runs ?? 0),
    wrong: part.wrong + (sums?.wrong ?? 0),
    undecided: part.undecided + (sums?.undecided ?? 0),
    samples: part.samples + (sums?.samples ?? 0),
  }
  totals.set(part.cell, total)
  const cell = cells[part.cell]
  if (cell && total.runs === runs) {
    process.stdout.write(`${line({ cell, sums: total })}\n`)
  }
}
