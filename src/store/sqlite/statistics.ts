import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Moments, NO_VALUES, together } from '../../domain/experiments/moments.ts'
import type {
  StatisticsQuery,
  VariantFeedback,
  VariantFeedbackUntil,
} from '../feedback-statistics.ts'
import { slotOf, SUM_SIZES } from './statistics-schema.ts'
import { readNumber, readText, type Row } from '../row.ts'

const [MINUTE, HOUR, DAY, EVER] = SUM_SIZES

/** The sums of one size of a cell whose slots begin in a span of time. */
export function sumsOf(db: DatabaseSync): StatementSync {
  return db.prepare(
    `SELECT slot, count, mean, squares FROM metric_sum
     WHERE cell = ? AND size = ? AND slot >= ? AND slot < ? ORDER BY slot`,
  )
}

export function readMoments(row: Row): Moments {
  return {
    count: readNumber(row, 'count'),
    mean: readNumber(row, 'mean'),
    squares: readNumber(row, 'squares'),
  }
}

export function readFeedbackByVariant(
  db: DatabaseSync | null,
  query: StatisticsQuery,
): VariantFeedback[] {
  if (!db) return []
  const sums = sumsOf(db)
  return grouped(cellsOf(db, query), (cell) => {
    const row = sums.get(cell, EVER, 0, 1)
    return row === undefined ? NO_VALUES : readMoments(row)
  }).filter(({ count }) => count > 0)
}

export function readFeedbackUntil(
  db: DatabaseSync | null,
  query: StatisticsQuery,
  ends: readonly number[],
): VariantFeedbackUntil[] {
  if (!db) return []
  const cells = cellsOf(db, query)
  const series = new Map(cells.map(({ id }) => [id, cumulated(sumsOf(db), id, ends)]))
  return ends.flatMap((end, at) =>
    grouped(cells, (cell) => series.get(cell)?.[at] ?? NO_VALUES)
      .filter(({ count }) => count > 0)
      .map((entry): VariantFeedbackUntil => Object.assign(entry, { end })),
  )
}

interface Cell {
  readonly id: number
  readonly metricName: string
  readonly variantName: string
}

function cellsOf(
  db: DatabaseSync,
  { functionName, metricName, namespace }: StatisticsQuery,
): Cell[] {
  const rows = db
    .prepare(
      `SELECT cell.id, metric.name AS metric_name, variant.name AS variant_name
       FROM metric_cell cell JOIN dim metric ON metric.id = cell.metric
       JOIN dim variant ON variant.id = cell.variant
       JOIN dim namespace ON namespace.id = cell.namespace
       WHERE cell.function = (SELECT id FROM dim WHERE kind = 'function' AND name = ?)
       AND (? IS NULL OR metric.name = ?) AND (? IS NULL OR namespace.name = ?)`,
    )
    .all(functionName, metricName ?? null, metricName ?? null, namespace ?? null, namespace ?? null)
  return rows.map((row) => ({
    id: readNumber(row, 'id'),
    metricName: readText(row, 'metric_name'),
    variantName: readText(row, 'variant_name'),
  }))
}

/** Namespaces put together: one entry for each metric and variant. */
function grouped(cells: readonly Cell[], momentsOf: (cell: number) => Moments): VariantFeedback[] {
  const found = new Map<string, VariantFeedback>()
  for (const { id, metricName, variantName } of cells) {
    const key = JSON.stringify([metricName, variantName])
    const sum = together(found.get(key) ?? NO_VALUES, momentsOf(id))
    found.set(key, { metricName, variantName, ...sum })
  }
  return [...found.values()]
}

/** What a cell's values add up to before each of these times. */
function cumulated(sums: StatementSync, cell: number, ends: readonly number[]): Moments[] {
  let from = 0
  let total = NO_VALUES
  return ends.map((end) => {
    for (const [size, start, stop] of spansOf(from, end)) {
      for (const row of sums.all(cell, size, start, stop)) {
        total = together(total, readMoments(row))
      }
    }
    from = end
    return total
  })
}

/** The first time from here on at which a sum of this size begins. */
function up(at: number, size: number): number {
  return slotOf(at + size - 1, size)
}

/** Covers a span by as few sums as can be: minutes and hours at its ends, days in between. */
function spansOf(from: number, to: number): (readonly [size: number, from: number, to: number])[] {
  const minutes = [slotOf(from, MINUTE), slotOf(to, MINUTE)] as const
  const hours = [up(minutes[0], HOUR), slotOf(minutes[1], HOUR)] as const
  if (hours[0] > hours[1]) return [[MINUTE, ...minutes]]
  const days = [up(hours[0], DAY), slotOf(hours[1], DAY)] as const
  const outer = [
    [MINUTE, minutes[0], hours[0]],
    [MINUTE, hours[1], minutes[1]],
  ] as const
  if (days[0] > days[1]) return [...outer, [HOUR, ...hours]]
  return [...outer, [HOUR, hours[0], days[0]], [HOUR, days[1], hours[1]], [DAY, ...days]]
}
