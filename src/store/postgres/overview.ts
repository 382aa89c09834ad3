import type { LogFilter } from '../../domain/log-query.ts'
import { BATCH_DIALECT } from '../../domain/record.ts'
import { bucketsOf, type OverviewSpan, withinSpan } from '../sqlite/overview.ts'
import { readNumber, readNumberOrNull, type Row } from '../row.ts'
import type { Overview } from '../store.ts'
import type { Asks } from './documents.ts'
import { compileFilter, Values } from './filter.ts'

/** Counts and percentiles of each bucket, and of the whole span: its row has no bucket. */
export async function readOverview(
  db: Asks,
  filter: LogFilter,
  span: OverviewSpan,
): Promise<Overview> {
  const { count, bucketMs } = bucketsOf(span)
  const values = new Values()
  const condition = compileFilter({ terms: filter.terms, ...withinSpan(filter, span) }, values)
  const from = values.add(new Date(span.from).toISOString())
  const { rows } = await db.query<Row>(
    `SELECT floor(extract(epoch FROM i.started_at - ${from}::timestamptz) * 1000
         / ${values.add(bucketMs)})::integer AS bucket,
       count(*) AS requests, count(*) FILTER (WHERE i.outcome <> 'ok') AS errors,
       coalesce(sum(i.cost_nano), 0) AS cost_nano,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY i.latency_us)
         FILTER (WHERE i.dialect <> '${BATCH_DIALECT}') AS latency,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY i.ttft_us) AS ttft
     FROM weir.inference i WHERE ${condition} GROUP BY GROUPING SETS ((1), ())`,
    values.list,
  )
  const figures = new Map(rows.map((row) => [row['bucket'], figuresOf(row)]))
  return {
    bucketMs,
    buckets: Array.from({ length: count }, (_, index) => ({
      startedAt: span.from + index * bucketMs,
      ...(figures.get(index) ?? NOTHING),
    })),
    ...(figures.get(null) ?? NOTHING),
  }
}

type Figures = Omit<Overview, 'bucketMs' | 'buckets'>

const NOTHING: Figures = {
  requests: 0,
  errors: 0,
  costNano: 0,
  latencyP95Us: null,
  ttftP95Us: null,
}

function figuresOf(row: Row): Figures {
  return {
    requests: readNumber(row, 'requests'),
    errors: readNumber(row, 'errors'),
    costNano: readNumber(row, 'cost_nano'),
    latencyP95Us: readNumberOrNull(row, 'latency'),
    ttftP95Us: readNumberOrNull(row, 'ttft'),
  }
}
