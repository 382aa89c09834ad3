import type { LogFilter } from '../../domain/log-query.ts'
import { BATCH_DIALECT } from '../../domain/record.ts'
import type { Overview } from '../store.ts'
import { Bindings, compileFilter } from './filter.ts'
import type { Ask } from './queries.ts'
import { readNumber, readNumberOrNull, type Row } from '../row.ts'

export interface Span {
  readonly from: number
  readonly to: number
  readonly buckets: number
}

const MOST_BUCKETS = 1000
/** Of more rows than this in a bucket, a sample tells the percentiles. */
const MOST_SAMPLED = 20_000

/** The nearest rank: a value that was really measured. */
const p95 = (column: string, value = column) =>
  `arrayElementOrNull(arraySort(groupArraySample(${MOST_SAMPLED}, 1)(${value}) AS sample_${column}),
    toUInt64(ceil(0.95 * length(sample_${column}))))`

/** Nobody waited for what was asked in a batch. */
const WAITED = `if(dialect != '${BATCH_DIALECT}', latency_us, NULL)`

const FIGURES = `count() AS requests, countIf(outcome != 'ok') AS errors,
  ifNull(sum(cost_nano), 0) AS cost_nano, ${p95('latency_us', WAITED)} AS latency_p95,
  ${p95('ttft_us')} AS ttft_p95`

/** Counts and percentiles of what the filter finds in the span. */
export async function readOverview(ask: Ask, filter: LogFilter, span: Span): Promise<Overview> {
  const count = Math.max(1, Math.min(MOST_BUCKETS, Math.trunc(span.buckets)))
  const bucketMs = Math.max(1, Math.ceil((span.to - span.from) / count))
  const bindings = new Bindings()
  const where = compileFilter(within(filter, span), bindings)
  const from = bindings.add('Int64', span.from)
  const width = bindings.add('Int64', bucketMs)
  const found = await ask(
    `SELECT intDiv(toUnixTimestamp64Milli(started_at) - ${from}, ${width}) AS bucket, ${FIGURES}
     FROM WeirInference WHERE ${where} GROUP BY bucket`,
    bindings.params,
  )
  const [whole] = await ask(`SELECT ${FIGURES} FROM WeirInference WHERE ${where}`, bindings.params)
  const rows = new Map(found.map((row) => [readNumber(row, 'bucket'), row]))
  return {
    bucketMs,
    buckets: Array.from({ length: count }, (_, index) => ({
      startedAt: span.from + index * bucketMs,
      ...figuresOf(rows.get(index)),
    })),
    ...figuresOf(whole),
  }
}

function within(filter: LogFilter, { from, to }: Span): LogFilter {
  return {
    terms: filter.terms,
    from: Math.max(from, filter.from ?? from),
    to: Math.min(to, filter.to ?? to),
  }
}

function figuresOf(row: Row | undefined): Omit<Overview, 'bucketMs' | 'buckets'> {
  if (row === undefined) {
    return { requests: 0, errors: 0, costNano: 0, latencyP95Us: null, ttftP95Us: null }
  }
  return {
    requests: readNumber(row, 'requests'),
    errors: readNumber(row, 'errors'),
    costNano: readNumber(row, 'cost_nano'),
    latencyP95Us: readNumberOrNull(row, 'latency_p95'),
    ttftP95Us: readNumberOrNull(row, 'ttft_p95'),
  }
}
