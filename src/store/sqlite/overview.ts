import type { DatabaseSync } from 'node:sqlite'
import type { LogFilter } from '../../domain/log-query.ts'
import { mergeInto, observe, quantileOf, Sketch } from '../../lib/sketch.ts'
import type { Budget } from '../budget.ts'
import type { Overview } from '../store.ts'
import { compileFilter, isRolled, type Sql } from './filter.ts'
import { BATCHED } from './rollup-facts.ts'
import { HOURS_IN, sourcesOf, type SumNames, type SumSource } from './rollup-grains.ts'
import { ENDING_CODES, HOUR_MS, HOURS_A_DAY, LEVEL_CODES } from './rollup-schema.ts'
import { rollupBelow } from './rollup-writer.ts'
import { Search } from './search.ts'
import { type Span, splitSpan } from './usage-span.ts'
import { readBytes, readNumber, readNumberOrNull } from '../row.ts'

/** A span, and in how many equal parts it is wanted. */
export type OverviewSpan = Span & { readonly buckets: number }

/** Of more rows than this a sample tells the percentiles; and whole hours are read as sums. */
const MOST_SAMPLED = 50_000
const MOST_BUCKETS = 1000
const PERCENTILE = 0.95
const DAY_MS = HOURS_A_DAY * HOUR_MS

interface Bucket {
  requests: number
  errors: number
  costNano: number
  readonly latency: Times
  readonly ttft: Times
}

/** Times in µs: of rows as they are, of hours as their sketches. */
interface Times {
  readonly values: number[]
  readonly sketch: Sketch
}

/** Parts of a span, the first beginning at `from`. */
interface Buckets {
  readonly from: number
  readonly bucketMs: number
  readonly list: readonly Bucket[]
}

/**
 * Counts and percentiles of what the filter finds in the span; null means there is no log yet. Of
 * many rows the sums of whole hours are read: then the buckets are whole hours too.
 */
export function overviewOf(
  db: DatabaseSync | null,
  filter: LogFilter,
  span: OverviewSpan,
  budget: Budget,
): Overview {
  if (db === null) return figuresOf(exactBuckets(span))
  const { from, to } = withinSpan(filter, span)
  const search = new Search(db, { terms: filter.terms, from, to }, budget)
  const rolled = search.mostRows > MOST_SAMPLED && isRolled(filter) && rollupBelow(db) === null
  if (!rolled) {
    const buckets = exactBuckets(span)
    addRows(search, buckets)
    return figuresOf(buckets)
  }
  const buckets = hourBuckets(span)
  const { hours, edges } = splitSpan(db, 'inference', { from, to })
  addHours(db, { terms: filter.terms, hours }, buckets)
  for (const edge of edges) {
    addRows(new Search(db, { terms: filter.terms, ...edge }, budget), buckets)
  }
  return figuresOf(buckets)
}

export function withinSpan(filter: LogFilter, { from, to }: Span): Span {
  return { from: Math.max(from, filter.from ?? from), to: Math.min(to, filter.to ?? to) }
}

/** How many buckets there are, and how long each is. */
export function bucketsOf({ from, to, buckets }: OverviewSpan) {
  const count = Math.max(1, Math.min(MOST_BUCKETS, Math.trunc(buckets)))
  return { count, bucketMs: Math.max(1, Math.ceil((to - from) / count)) }
}

function exactBuckets(span: OverviewSpan): Buckets {
  const { count, bucketMs } = bucketsOf(span)
  const { from } = span
  return { from, bucketMs, list: Array.from({ length: count }, emptyBucket) }
}

/** No more than are wanted, and one for where the span begins within an hour. */
function hourBuckets(span: OverviewSpan): Buckets {
  const { bucketMs: exactMs } = exactBuckets(span)
  const bucketMs = Math.ceil(exactMs / HOUR_MS) * HOUR_MS
  const from = Math.floor(span.from / bucketMs) * bucketMs
  const count = Math.max(1, Math.ceil((span.to - from) / bucketMs))
  return { from, bucketMs, list: Array.from({ length: count }, emptyBucket) }
}

function addHours(
  db: DatabaseSync,
  { terms, hours }: { readonly terms: LogFilter['terms']; readonly hours: Span },
  buckets: Buckets,
): void {
  const wanted = { names: namesIn(terms), hourly: buckets.bucketMs % DAY_MS !== 0 }
  for (const source of sourcesOf(db, hours, wanted)) addSums(db, { terms, source }, buckets)
}

function namesIn(terms: LogFilter['terms']): SumNames {
  const fields = new Set(terms.map(({ field }) => field))
  if (fields.has('function') || fields.has('variant')) return 'all'
  return fields.has('model') || fields.has('provider') ? 'models' : 'none'
}

function addSums(
  db: DatabaseSync,
  { terms, source }: { readonly terms: LogFilter['terms']; readonly source: SumSource },
  buckets: Buckets,
): void {
  const { table, hours } = source
  const condition = compileFilter({ terms })
  const from = `
    FROM (SELECT *, ending = ${ENDING_CODES.failed} AS outcome FROM ${table}
      WHERE level = ${LEVEL_CODES.inference} AND hour ${HOURS_IN}) i
    WHERE ${condition.text}`
  const values = [hours.from, hours.to, ...condition.values]
  const sums = db.prepare(
    `SELECT i.hour, sum(i.n) AS requests, sum(i.n * i.outcome) AS errors,
       coalesce(sum(i.cost_nano), 0) AS cost_nano ${from} GROUP BY i.hour`,
  )
  for (const row of sums.all(...values)) {
    const bucket = bucketAt(buckets, readNumber(row, 'hour') * HOUR_MS)
    if (bucket === undefined) continue
    bucket.requests += readNumber(row, 'requests')
    bucket.errors += readNumber(row, 'errors')
    bucket.costNano += readNumber(row, 'cost_nano')
  }
  for (const row of db.prepare(`SELECT i.hour, i.latency, i.ttft ${from}`).iterate(...values)) {
    const bucket = bucketAt(buckets, readNumber(row, 'hour') * HOUR_MS)
    if (bucket === undefined) continue
    mergeInto(bucket.latency.sketch, readBytes(row, 'latency'))
    mergeInto(bucket.ttft.sketch, readBytes(row, 'ttft'))
  }
}

function bucketAt({ from, bucketMs, list }: Buckets, at: number): Bucket | undefined {
  // A whole hour counts in the bucket that the span cuts off its front.
  return list[Math.max(0, Math.floor((at - from) / bucketMs))]
}

function addRows(search: Search, buckets: Buckets): void {
  const number = {
    text: 'CAST((i.started_at - ?) / ? AS INTEGER)',
    values: [buckets.from, buckets.bucketMs],
  }
  const requests = addCounts(search, buckets.list, number)
  addSamples(search, buckets.list, { number, every: Math.ceil(requests / MOST_SAMPLED) || 1 })
}

function addCounts(search: Search, buckets: readonly Bucket[], number: Sql): number {
  const select = {
    text: `SELECT ${number.text} AS bucket, count(*) AS requests, sum(i.outcome <> 0) AS errors,
      coalesce(sum(i.cost_nano), 0) AS cost_nano FROM inference i`,
    values: number.values,
  }
  let requests = 0
  for (const rows of search.rows(select, { text: 'GROUP BY 1', values: [] })) {
    for (const row of rows) {
      const bucket = buckets[readNumber(row, 'bucket')]
      if (bucket === undefined) continue
      requests += readNumber(row, 'requests')
      bucket.requests += readNumber(row, 'requests')
      bucket.errors += readNumber(row, 'errors')
      bucket.costNano += readNumber(row, 'cost_nano')
    }
  }
  return requests
}

const LATENCY = `CASE WHEN NOT ${BATCHED} THEN i.latency_us END`

function addSamples(
  search: Search,
  buckets: readonly Bucket[],
  { number, every }: { readonly number: Sql; readonly every: number },
): void {
  const select = {
    text: `SELECT ${number.text} AS bucket, ${LATENCY} AS latency_us, i.ttft_us FROM inference i`,
    values: number.values,
  }
  for (const rows of search.rows(select, { text: 'AND i.seq % ? = 0', values: [every] })) {
    for (const row of rows) {
      const bucket = buckets[readNumber(row, 'bucket')]
      const latency = readNumberOrNull(row, 'latency_us')
      if (latency !== null) bucket?.latency.values.push(latency)
      const ttft = readNumberOrNull(row, 'ttft_us')
      if (ttft !== null) bucket?.ttft.values.push(ttft)
    }
  }
}

function figuresOf({ from, bucketMs, list }: Buckets): Overview {
  return {
    bucketMs,
    buckets: list.map((bucket, index) => ({
      startedAt: from + index * bucketMs,
      ...sumOf([bucket]),
    })),
    ...sumOf(list),
  }
}

function sumOf(buckets: readonly Bucket[]): Omit<Overview, 'bucketMs' | 'buckets'> {
  const sum = (read: (bucket: Bucket) => number) =>
    buckets.reduce((total, bucket) => total + read(bucket), 0)
  return {
    requests: sum((bucket) => bucket.requests),
    errors: sum((bucket) => bucket.errors),
    costNano: sum((bucket) => bucket.costNano),
    latencyP95Us: percentile(buckets.map((bucket) => bucket.latency)),
    ttftP95Us: percentile(buckets.map((bucket) => bucket.ttft)),
  }
}

/** Without sketches the nearest rank, a value that was really measured; else within 1 % of one. */
function percentile(times: readonly Times[]): number | null {
  const values = times.flatMap((part) => part.values)
  if (times.every(({ sketch }) => sketch.isEmpty)) {
    const sorted = Float64Array.from(values).toSorted()
    return sorted[Math.ceil(PERCENTILE * sorted.length) - 1] ?? null
  }
  const all = new Sketch()
  for (const { sketch } of times) {
    sketch.each((bucket, count) => all.add(bucket, count))
  }
  for (const value of values) observe(all, value)
  return quantileOf(all, PERCENTILE)
}

function emptyBucket(): Bucket {
  return {
    requests: 0,
    errors: 0,
    costNano: 0,
    latency: { values: [], sketch: new Sketch() },
    ttft: { values: [], sketch: new Sketch() },
  }
}
