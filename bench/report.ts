import os from 'node:os'
import type { Sample } from './measure.ts'
import type { Phase } from './phases.ts'
import { summarize } from './statistics.ts'
import type { Summary } from './statistics.ts'

/** How a contender is when nobody asks anything, and after the load. */
interface Vitals {
  readonly name: string
  readonly start_ms: number
  readonly idle_cpu_percent: number
  readonly rss_rest_mib: number
  readonly rss_load_mib: number
}

/** The yardstick: what its one process spends is 1. */
const YARDSTICK = 'nginx'

export type Report = ReturnType<typeof makeReport>

export function makeReport(samples: readonly Sample[], phases: readonly Phase[], rest: Rest) {
  return {
    machine: {
      cpu: os.cpus()[0]?.model ?? 'unknown',
      cores: os.cpus().length,
      node: process.version,
    },
    ...rest,
    phases: phases.map((phase) => {
      const own = samples.filter((sample) => sample.phase === phase.name)
      const yardstick = median(own, YARDSTICK, 'treeUs')
      return {
        phase: phase.name,
        unit: phase.unit,
        contenders: rest.vitals.map(({ name }) => {
          const rounds = own.filter((sample) => sample.contender === name)
          const latencies = rounds.flatMap(({ latency }) => latency ?? [])
          return {
            name,
            per_second: summarize(rounds.map(({ perSecond }) => perSecond)),
            main_us: summarize(rounds.map(({ mainUs }) => mainUs)),
            tree_us: summarize(rounds.map(({ treeUs }) => treeUs)),
            main_x_nginx: ratio(median(own, name, 'mainUs'), yardstick),
            tree_x_nginx: ratio(median(own, name, 'treeUs'), yardstick),
            p50_ms: summarize(latencies.map(({ p50 }) => p50)),
            p99_ms: summarize(latencies.map(({ p99 }) => p99)),
            added_p50_ms: summarize(latencies.map(({ addedP50 }) => addedP50)),
            added_p99_ms: summarize(latencies.map(({ addedP99 }) => addedP99)),
            errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
            error_kinds: addKinds(rounds),
          }
        }),
      }
    }),
  }
}

interface Rest {
  readonly rounds: number
  readonly vitals: readonly Vitals[]
  /** Contenders that could not take part, and why. */
  readonly absent: Readonly<Record<string, string>>
}

export function printReport(report: Report): string {
  const lines = [
    `${report.machine.cpu}, ${report.machine.cores} cores, Node ${report.machine.node}`,
  ]
  for (const { phase, unit, contenders } of report.phases) {
    lines.push('', `${phase}: median [min-max] of ${report.rounds} rounds`)
    lines.push(
      row('', [
        `main us/${unit}`,
        'x nginx',
        `all us/${unit}`,
        'x nginx',
        'requests/s',
        'added p50 ms',
        'added p99 ms',
        'errors',
      ]),
    )
    for (const one of contenders) {
      lines.push(
        row(one.name, [
          range(one.main_us, 1),
          times(one.main_x_nginx),
          range(one.tree_us, 1),
          times(one.tree_x_nginx),
          one.per_second?.median.toFixed(0) ?? '-',
          range(one.added_p50_ms, 2),
          range(one.added_p99_ms, 2),
          one.errors === 0 ? '0' : JSON.stringify(one.error_kinds),
        ]),
      )
    }
  }
  lines.push('', row('', ['start ms', 'idle CPU %', 'RSS rest MiB', 'RSS load MiB']))
  for (const { name, ...vitals } of report.vitals) {
    const { start_ms, idle_cpu_percent, rss_rest_mib, rss_load_mib } = vitals
    const cells = [start_ms.toFixed(0), idle_cpu_percent.toFixed(2)]
    lines.push(row(name, [...cells, rss_rest_mib.toFixed(0), rss_load_mib.toFixed(0)]))
  }
  for (const name in report.absent) lines.push(`absent: ${name}: ${report.absent[name]}`)
  return `${lines.join('\n')}\n`
}

function median(samples: readonly Sample[], name: string, key: 'mainUs' | 'treeUs'): number | null {
  const own = samples.filter(({ contender }) => contender === name)
  return summarize(own.map((sample) => sample[key]))?.median ?? null
}

function ratio(value: number | null, yardstick: number | null): number | null {
  return value === null || yardstick === null ? null : value / yardstick
}

function addKinds(samples: readonly Sample[]): Record<string, number> {
  const kinds: Record<string, number> = {}
  for (const [kind, count] of samples.flatMap(({ errorKinds }) => Object.entries(errorKinds))) {
    kinds[kind] = (kinds[kind] ?? 0) + count
  }
  return kinds
}

function row(name: string, cells: readonly string[]): string {
  return [name.padEnd(10), ...cells.map((cell) => cell.padStart(20))].join(' ')
}

function range(summary: Summary | null, digits: number): string {
  if (summary === null) return '-'
  const [middle, min, max] = [summary.median, summary.min, summary.max].map((n) =>
    n.toFixed(digits),
  )
  return `${middle} [${min}-${max}]`
}

function times(value: number | null): string {
  return value === null ? '-' : value.toFixed(2)
}
