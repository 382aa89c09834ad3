import { type AttemptRecord, BATCH_DIALECT, type InferenceRecord } from '../../domain/record.ts'
import { totalInput, totalOutput, type Usage } from '../../domain/usage.ts'
import type { UsageEnding, UsageName, UsagePeriod, UsageQuery, UsageRow } from '../usage.ts'
import { Bindings } from './filter.ts'
import type { Ask } from './queries.ts'
import { timeIn, timeText } from './record-rows.ts'
import {
  readNumber,
  readNumberOrNull,
  readTextOrNull,
  type Row,
  whole,
  wholeOrNull,
} from '../row.ts'
import { SUMMED_COLUMNS, usageIn, usageValues } from '../usage-columns.ts'

const NAME_COLUMNS: Readonly<Record<UsageName, string>> = {
  function: 'function_name',
  variant: 'variant_name',
  model: 'model',
  provider: 'provider',
}

/** The latency of what was asked in a batch: nobody waited for it. */
export const NOT_WAITED = -1

/** A row for the request, and one for each of its tries. */
export function usageRows(record: InferenceRecord): Row[] {
  const batched = record.dialect === BATCH_DIALECT
  const last = record.attempts.at(-1)
  const common = {
    inference_id: record.id.toWellFormed(),
    at: timeText(record.startedAt),
    function_name: record.functionName.toWellFormed(),
    variant_name: record.variantName.toWellFormed(),
  }
  return [
    {
      ...common,
      id: common.inference_id,
      level: 'inference',
      ending: endingOf(record.outcome !== 'ok', last?.cached ?? false),
      error: record.error,
      model: record.model?.toWellFormed() ?? null,
      provider: last?.provider.toWellFormed() ?? null,
      ...usageColumns(record.usage),
      cost_nano: wholeOrNull(record.costNano),
      latency_us: batched ? NOT_WAITED : whole(record.latencyUs),
      ttft_us: wholeOrNull(record.ttftUs),
    },
    ...record.attempts.map((attempt, index) => ({
      ...common,
      id: `${common.inference_id}/${index}`,
      ...attemptColumns(attempt, record.model),
      ...(batched && { latency_us: NOT_WAITED }),
    })),
  ]
}

function attemptColumns(attempt: AttemptRecord, model: string | null): Row {
  return {
    level: 'attempt',
    ending: endingOf(attempt.error !== null, attempt.cached ?? false),
    error: attempt.error,
    model: (attempt.model ?? model)?.toWellFormed() ?? null,
    provider: attempt.provider.toWellFormed(),
    ...usageColumns(attempt.usage),
    cost_nano: wholeOrNull(attempt.costNano),
    latency_us: whole(attempt.endedUs - attempt.startedUs),
    ttft_us: attempt.ttftUs === null ? null : whole(attempt.ttftUs - attempt.startedUs),
  }
}

function endingOf(failed: boolean, cached: boolean): UsageEnding {
  if (failed) return 'failed'
  return cached ? 'cached' : 'ok'
}

function usageColumns(usage: Usage | null): Row {
  return {
    ...usageValues(usage),
    input_tokens: usage && wholeOrNull(totalInput(usage)),
    output_tokens: usage && wholeOrNull(totalOutput(usage)),
  }
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const AT_MS = 'toUnixTimestamp64Milli(at)'

const PERIODS: Readonly<Record<UsagePeriod, string>> = {
  minute: `intDiv(${AT_MS}, ${MINUTE_MS}) * ${MINUTE_MS}`,
  hour: `intDiv(${AT_MS}, ${60 * MINUTE_MS}) * ${60 * MINUTE_MS}`,
  day: `intDiv(${AT_MS}, ${DAY_MS}) * ${DAY_MS}`,
  // 1970 began on a Thursday.
  week: `(intDiv(intDiv(${AT_MS}, ${DAY_MS}) + 3, 7) * 7 - 3) * ${DAY_MS}`,
  month: "toInt64(toUnixTimestamp(toDateTime(toStartOfMonth(at), 'UTC'))) * 1000",
  all: 'NULL',
}

export async function readUsage(ask: Ask, query: UsageQuery): Promise<UsageRow[]> {
  const bindings = new Bindings()
  const names = query.by.map((name) => NAME_COLUMNS[name])
  const keys = ['started_ms', ...names]
  const rows = await ask(
    `SELECT ${PERIODS[query.period]} AS started_ms, ${names.map((name) => `${name}, `).join('')}
       count() AS n, countIf(ending = 'failed') AS failed, countIf(ending = 'cached') AS cached,
       count(cost_nano) AS costed, max(${AT_MS}) AS last_ms,
       ${SUMMED_COLUMNS.map((column) => `sum(${column}) AS sum_${column}`).join(', ')},
       ${quantiles('latency_us', query)}, ${quantiles('ttft_us', query)}
     FROM WeirUsage WHERE ${conditionOf(query, bindings)}
     GROUP BY ${keys.join(', ')} ORDER BY started_ms`,
    bindings.params,
  )
  return rows.filter((row) => readNumber(row, 'n') > 0).map((row) => decodeUsage(row, query))
}

function quantiles(column: string, { quantiles: shares = [] }: UsageQuery): string {
  const levels = shares.map((share) => Math.max(0, Math.min(1, share)))
  if (levels.length === 0) return `[] AS shares_${column}`
  const known = `nullIf(${column}, ${NOT_WAITED})`
  const digest = `quantilesDD(0.01, ${levels.join(', ')})(${known})`
  return `if(count(${known}) = 0, [], ${digest}) AS shares_${column}`
}

function conditionOf(query: UsageQuery, bindings: Bindings): string {
  const time = (ms: number) =>
    `fromUnixTimestamp64Milli(${bindings.add('Int64', timeIn(ms))}, 'UTC')`
  const where = Object.entries(query.where ?? {})
  return [
    `level = ${bindings.add('String', query.level)}`,
    ...(query.from === undefined ? [] : [`at >= ${time(query.from)}`]),
    ...(query.to === undefined ? [] : [`at < ${time(query.to)}`]),
    ...where.map(([name, value]) => `${nameColumn(name)} = ${bindings.add('String', value)}`),
    ...(query.endings ? [`ending IN ${bindings.add('Array(String)', query.endings)}`] : []),
  ].join(' AND ')
}

function nameColumn(name: string): string {
  return Object.entries(NAME_COLUMNS).find(([known]) => known === name)?.[1] ?? 'NULL'
}

function decodeUsage(row: Row, { by, quantiles: shares = [] }: UsageQuery): UsageRow {
  const nameOf = (name: UsageName) =>
    by.includes(name) ? readTextOrNull(row, NAME_COLUMNS[name]) : null
  const sum = (column: string) => readNumberOrNull(row, `sum_${column}`)
  return {
    startedAt: readNumberOrNull(row, 'started_ms'),
    names: {
      function: nameOf('function'),
      variant: nameOf('variant'),
      model: nameOf('model'),
      provider: nameOf('provider'),
    },
    count: readNumber(row, 'n'),
    failed: readNumber(row, 'failed'),
    cached: readNumber(row, 'cached'),
    usage: usageIn(sum),
    inputTokens: sum('input_tokens'),
    outputTokens: sum('output_tokens'),
    costNano: sum('cost_nano'),
    costed: readNumber(row, 'costed'),
    lastAt: readNumber(row, 'last_ms'),
    latencyUs: shares.map((_, index) => numberAt(row['shares_latency_us'], index)),
    ttftUs: shares.map((_, index) => numberAt(row['shares_ttft_us'], index)),
  }
}

function numberAt(values: unknown, index: number): number | null {
  const value: unknown = Array.isArray(values) ? values[index] : null
  return typeof value === 'number' ? value : null
}
