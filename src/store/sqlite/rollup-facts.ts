import { BATCH_DIALECT } from '../../domain/record.ts'
import type { UsageLevel } from '../usage.ts'
import { USAGE_COLUMNS, SUMMED_COLUMNS } from '../usage-columns.ts'
import { ENDING_CODES, HOUR_MS, LEVEL_CODES } from './rollup-schema.ts'

/** What one request, or one try, adds to the sums. */
export interface Fact {
  readonly key: RollupKey
  /** In ms since 1970. */
  readonly at: number
  /** In the order of `SUMMED_COLUMNS`; null is not told. */
  readonly sums: readonly (number | null)[]
  /** Null where nobody waited for it: in a batch. */
  readonly latencyUs: number | null
  readonly ttftUs: number | null
}

/** Numbers of names; 0 where there is none. */
export interface RollupKey {
  readonly level: number
  readonly hour: number
  readonly function: number
  readonly variant: number
  readonly requested_model: number
  readonly model: number
  readonly provider: number
  readonly ending: number
}

/** Columns by name, as they are written and as they are read. */
type Columns = Readonly<Record<string, unknown>>

const BUCKETS = Object.values(USAGE_COLUMNS)
const INPUT_BUCKETS = BUCKETS.length - 3

/** How a request was answered. */
export interface Manner {
  /** By a cache. */
  readonly cached: boolean
  readonly batched: boolean
}

export function factOfInference(row: Columns, { cached, batched }: Manner): Fact {
  const failed = row['outcome'] !== 0
  return {
    key: keyOf('inference', row, endingOf(failed, cached)),
    at: numberOf(row['started_at']),
    sums: sumsOf(row),
    latencyUs: batched ? null : numberOf(row['latency_us']),
    ttftUs: numberOrNull(row['ttft_us']),
  }
}

/** A try belongs to its inference's function and variant. */
export function factOfAttempt(attempt: Columns, inference: Columns, batched: boolean): Fact {
  const startedUs = numberOf(attempt['started_us'])
  const ttftUs = numberOrNull(attempt['ttft_us'])
  const { started_at, function: functionId, variant } = inference
  return {
    key: keyOf(
      'attempt',
      {
        started_at,
        function: functionId,
        variant,
        model: attempt['model'] ?? inference['model'],
        provider: attempt['provider'],
      },
      endingOf(attempt['error'] !== null, attempt['cached'] === 1),
    ),
    at: numberOf(started_at),
    sums: sumsOf(attempt),
    latencyUs: batched ? null : numberOf(attempt['ended_us']) - startedUs,
    ttftUs: ttftUs === null ? null : ttftUs - startedUs,
  }
}

/** Whether a request, `i`, was asked in a batch: then nobody waited for it. */
export const BATCHED = `(SELECT d.name = '${BATCH_DIALECT}' FROM dim d WHERE d.id = i.dialect)`

/** Rows from which facts are made again, as `factOfRow` reads them; a condition on `i` follows. */
export const SELECT_FACTS: Readonly<Record<UsageLevel, string>> = {
  inference: `
    SELECT i.started_at, i.function, i.variant, i.requested_model, i.model, i.provider, i.outcome, i.latency_us,
      i.ttft_us, i.cost_nano, ${BUCKETS.map((column) => `i.${column}`).join(', ')},
      (SELECT a.cached FROM attempt a WHERE a.seq = i.seq ORDER BY a.position DESC LIMIT 1)
        AS cached, ${BATCHED} AS batched
    FROM inference i`,
  attempt: `
    SELECT i.started_at, i.function, i.variant, coalesce(a.model, i.model) AS model, a.provider,
      a.error, a.cached, a.started_us, a.ended_us, a.ttft_us, a.cost_nano,
      ${BUCKETS.map((column) => `a.${column}`).join(', ')}, ${BATCHED} AS batched
    FROM inference i JOIN attempt a ON a.seq = i.seq`,
}

export function factOfRow(level: UsageLevel, row: Columns): Fact {
  const batched = row['batched'] === 1
  if (level === 'attempt') return factOfAttempt(row, row, batched)
  return factOfInference(row, { cached: row['cached'] === 1, batched })
}

export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS)
}

function endingOf(failed: boolean, cached: boolean): number {
  if (failed) return ENDING_CODES.failed
  return cached ? ENDING_CODES.cached : ENDING_CODES.ok
}

function keyOf(level: UsageLevel, row: Columns, ending: number): RollupKey {
  return {
    level: LEVEL_CODES[level],
    hour: hourOf(numberOf(row['started_at'])),
    function: numberOf(row['function']),
    variant: numberOf(row['variant']),
    requested_model: numberOf(row['requested_model']),
    model: numberOf(row['model']),
    provider: numberOf(row['provider']),
    ending,
  }
}

function sumsOf(row: Columns): (number | null)[] {
  const buckets = BUCKETS.map((column) => numberOrNull(row[column]))
  const input = totalOf(buckets.slice(0, INPUT_BUCKETS))
  const output = totalOf(buckets.slice(INPUT_BUCKETS))
  const sums = [...buckets, input, output, numberOrNull(row['cost_nano'])]
  return SUMMED_COLUMNS.map((_, index) => sums[index] ?? null)
}

function totalOf(buckets: readonly (number | null)[]): number | null {
  return buckets.reduce((total, bucket) => addKnown(total, bucket), null)
}

/** What is known of two; null when nothing is. */
export function addKnown(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return one + other
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
