import type { LogFilter } from '../../domain/log-query.ts'
import type { Overview } from '../store.ts'
import type { Sql } from './filter.ts'
import type { Search } from './search.ts'
import { readNumber, readNumberOrNull } from './values.ts'

export interface Span {
  readonly from: number
  readonly to: number
  readonly buckets: number
}

/** Of more rows than this, a sample tells the percentiles. */
const MOST_SAMPLED = 50_000
const MOST_BUCKETS = 1000
const PERCENTILE = 0.95

interface Bucket {
  requests: number
  errors: number
  costNano: number
  readonly latencies: number[]
  readonly ttfts: number[]
}

/** The filter within the span. */
export function within(filter: LogFilter, { from, to }: Span): LogFilter {
  return {
    terms: filter.terms,
    from: Math.max(from, filter.from ?? from),
    to: Math.min(to, filter.to ?? to),
  }
}

/** Counts and percentiles of what a search over the span finds; null means there is no log yet. */
export function overviewOf(search: Search | null, span: Span): Overview {
  const count = Math.max(1, Math.min(MOST_BUCKETS, Math.trunc(span.buckets)))
  const bucketMs = Math.max(1, Math.ceil((span.to - span.from) / count))
  const buckets = Array.from({ length: count }, emptyBucket)
  if (search !== null) {
    addCounts(search, buckets, bucketNumber(span.from, bucketMs))
    addSamples(search, buckets, bucketNumber(span.from, bucketMs))
  }
  return {
    bucketMs,
    buckets: buckets.map((bucket, index) => ({
      startedAt: span.from + index * bucketMs,
      ...figuresOf([bucket]),
    })),
    ...figuresOf(buckets),
  }
}

function addCounts(search: Search, buckets: readonly Bucket[], number: Sql): void {
  const select = {
    text: `SELECT ${number.text} AS bucket, count(*) AS requests, sum(i.outcome <> 0) AS errors,
      coalesce(sum(i.cost_nano), 0) AS cost_nano FROM inference i`,
    values: number.values,
  }
  for (const rows of search.rows(select, { text: 'GROUP BY 1', values: [] })) {
    for (const row of rows) {
      const bucket = buckets[readNumber(row, 'bucket')]
      if (bucket === undefined) continue
      bucket.requests += readNumber(row, 'requests')
      bucket.errors += readNumber(row, 'errors')
      bucket.costNano += readNumber(row, 'cost_nano')
    }
  }
}

function addSamples(search: Search, buckets: readonly Bucket[], number: Sql): void {
  const requests = buckets.reduce((sum, bucket) => sum + bucket.requests, 0)
  const every = Math.max(1, Math.ceil(requests / MOST_SAMPLED))
  const select = {
    text: `SELECT ${number.text} AS bucket, i.latency_us, i.ttft_us FROM inference i`,
    values: number.values,
  }
  for (const rows of search.rows(select, { text: 'AND i.seq % ? = 0', values: [every] })) {
    for (const row of rows) {
      const bucket = buckets[readNumber(row, 'bucket')]
      bucket?.latencies.push(readNumber(row, 'latency_us'))
      const ttft = readNumberOrNull(row, 'ttft_us')
      if (ttft !== null) bucket?.ttfts.push(ttft)
    }
  }
}

function bucketNumber(from: number, bucketMs: number): Sql {
  return { text: 'CAST((i.started_at - ?) / ? AS INTEGER)', values: [from, bucketMs] }
}

function figuresOf(buckets: readonly Bucket[]): Omit<Overview, 'bucketMs' | 'buckets'> {
  const sum = (read: (bucket: Bucket) => number) =>
    buckets.reduce((total, bucket) => total + read(bucket), 0)
  return {
    requests: sum((bucket) => bucket.requests),
    errors: sum((bucket) => bucket.errors),
    costNano: sum((bucket) => bucket.costNano),
    latencyP95Us: percentile(buckets.flatMap((bucket) => bucket.latencies)),
    ttftP95Us: percentile(buckets.flatMap((bucket) => bucket.ttfts)),
  }
}

/** The nearest rank: a value that was really measured. */
function percentile(values: readonly number[]): number | null {
  const sorted = Float64Array.from(values).toSorted()
  return sorted[Math.ceil(PERCENTILE * sorted.length) - 1] ?? null
}

function emptyBucket(): Bucket {
  return { requests: 0, errors: 0, costNano: 0, latencies: [], ttfts: [] }
}
