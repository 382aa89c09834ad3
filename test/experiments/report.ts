import { type Cell, type Group, GROUPS } from './cells.ts'
import type { Sums } from './perform.ts'

export interface Result {
  readonly cell: Cell
  readonly sums: Sums
}

/** What a result breaks, in words; empty when it keeps to everything. */
export function broken({ cell, sums }: Result): string[] {
  const mean = sums.samples / sums.runs
  return [
    ...(sums.wrong > cell.mostWrong * sums.runs
      ? [`${percent(sums.wrong / sums.runs)} wrong, at most ${percent(cell.mostWrong)} allowed`]
      : []),
    ...(cell.mostSamples !== null && mean > cell.mostSamples
      ? [`${round(mean)} samples on average, at most ${round(cell.mostSamples)} allowed`]
      : []),
  ]
}

export function line({ cell, sums }: Result): string {
  const figures = [
    `wrong ${percent(sums.wrong / sums.runs)}`,
    ...(cell.group === 'coverage'
      ? []
      : [
          `no winner ${percent(sums.undecided / sums.runs)}`,
          `mean samples ${round(sums.samples / sums.runs)}`,
        ]),
    ...Object.entries(cell.beside).map(([figure, samples]) => {
      const ratio = (sums.samples / sums.runs / samples).toFixed(2)
      return `${figure} ${round(samples)} (× ${ratio})`
    }),
  ]
  return `${cell.name}: ${figures.join(', ')}`
}

/** All results as Markdown tables, one for each group. */
export function markdown(results: readonly Result[]): string {
  const groups: Group[] = ['wrong', 'published', 'bound', 'coverage']
  return groups
    .map((group) => ({ group, rows: results.filter(({ cell }) => cell.group === group) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ group, rows }) => `## ${GROUPS[group]}\n\n${table(group, rows)}`)
    .join('\n\n')
}

function table(group: Group, rows: readonly Result[]): string {
  const beside = Object.keys(rows[0]?.cell.beside ?? {})
  const head =
    group === 'coverage'
      ? ['case', 'ever missed']
      : ['case', 'wrong', 'no winner', 'mean samples', ...beside]
  const body = rows.map(({ cell, sums }) => {
    const wrong = percent(sums.wrong / sums.runs)
    if (group === 'coverage') return [cell.name, wrong]
    const mean = sums.samples / sums.runs
    const undecided = percent(sums.undecided / sums.runs)
    const others = beside.map((figure) => {
      const samples = cell.beside[figure] ?? 0
      return `${round(samples)} (× ${(mean / samples).toFixed(2)})`
    })
    return [cell.name, wrong, undecided, round(mean), ...others]
  })
  return [head, head.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}

function round(samples: number): string {
  return Math.round(samples).toLocaleString('en-US')
}
