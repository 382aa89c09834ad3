import { BATCH_DIALECT } from '../../domain/record.ts'
import { readNumber, readNumberOrNull, readTextOrNull, type Row } from '../row.ts'
import { SUMMED_COLUMNS, usageIn } from '../usage-columns.ts'
import type { UsageLevel, UsageName, UsagePeriod, UsageQuery, UsageRow } from '../usage.ts'
import type { Asks } from './documents.ts'
import { timeAt, Values } from './filter.ts'
import { decodeText, encodeText } from './text.ts'

const NAMES: readonly UsageName[] = ['function', 'variant', 'model', 'provider']

const INPUTS = [
  'usage_input',
  'usage_cache_read',
  'usage_cache_write',
  'usage_cache_write_1h',
  'usage_audio_input',
  'usage_image_input',
]
const OUTPUTS = ['usage_output', 'usage_reasoning', 'usage_audio_output']

/** What is known of several; null where nothing is. */
const total = (columns: readonly string[]) => {
  const known = columns.map((column) => `a.${column}`)
  const sum = known.map((column) => `coalesce(${column}, 0)`).join(' + ')
  return `CASE WHEN coalesce(${known.join(', ')}) IS NOT NULL THEN ${sum} END`
}

/** Nobody waited for what was asked in a batch. */
const waited = (time: string) => `CASE WHEN i.dialect <> '${BATCH_DIALECT}' THEN ${time} END`

/** Requests, and tries under the names of their request, in the same columns. */
const FACTS: Readonly<Record<UsageLevel, string>> = {
  inference: `
    SELECT i.*, i.function_name AS function, i.variant_name AS variant, ${waited('i.latency_us')} AS latency,
      i.ttft_us AS ttft, CASE WHEN i.outcome <> 'ok' THEN 'failed' WHEN coalesce(i.cached, (
        SELECT a.cached FROM weir.attempt a WHERE a.inference_id = i.id
          AND a.started_at = i.started_at ORDER BY a.position DESC LIMIT 1
      )) THEN 'cached' ELSE 'ok' END AS ending
    FROM weir.inference i`,
  attempt: `
    SELECT i.started_at, i.function_name AS function, i.variant_name AS variant,
      coalesce(a.model, i.model) AS model, a.provider,
      ${[...INPUTS, ...OUTPUTS].map((column) => `a.${column}`).join(', ')},
      ${total(INPUTS)} AS input_tokens, ${total(OUTPUTS)} AS output_tokens, a.cost_nano,
      ${waited('a.ended_us - a.started_us')} AS latency, a.ttft_us - a.started_us AS ttft,
      CASE WHEN a.error IS NOT NULL THEN 'failed' WHEN a.cached THEN 'cached' ELSE 'ok' END
        AS ending
    FROM weir.attempt a JOIN weir.inference i
      ON i.id = a.inference_id AND i.started_at = a.started_at`,
}

const period = (of: UsagePeriod) =>
  of === 'all' ? 'NULL::timestamptz' : `date_trunc('${of}', f.started_at, 'UTC')`

/** Sums over the rows themselves: exact, and as far back as there are rows. */
export async function readUsage(db: Asks, query: UsageQuery): Promise<UsageRow[]> {
  const values = new Values()
  const shares = (query.quantiles ?? []).map((share) => Math.max(0, Math.min(1, share)))
  const quantiles = (column: string) =>
    shares.length === 0
      ? 'NULL'
      : `percentile_disc(ARRAY[${shares.join(', ')}]::float8[])
          WITHIN GROUP (ORDER BY f.${column}::float8)`
  const names = query.by.map((name) => `f.${name}`)
  const keys = [period(query.period), ...names]
  const { rows } = await db.query<Row>(
    `SELECT ${period(query.period)} AS period_start,
       ${names.map((name) => `${name}, `).join('')}
       count(*) AS n, count(*) FILTER (WHERE f.ending = 'failed') AS failed,
       count(*) FILTER (WHERE f.ending = 'cached') AS cached, count(f.cost_nano) AS costed,
       max(f.started_at) AS last_at,
       ${SUMMED_COLUMNS.map((column) => `sum(f.${column}) AS ${column}`).join(', ')},
       ${quantiles('latency')} AS latency, ${quantiles('ttft')} AS ttft
     FROM (${FACTS[query.level]}) f WHERE ${conditionOf(query, values)}
     GROUP BY ${keys.join(', ')} ORDER BY 1`,
    values.list,
  )
  return rows.map((row) => decodeUsage(row, shares.length))
}

function conditionOf({ from, to, where = {}, endings }: UsageQuery, values: Values): string {
  const parts = ['true']
  if (from !== undefined) parts.push(`f.started_at >= ${timeAt(from, values)}`)
  if (to !== undefined) parts.push(`f.started_at < ${timeAt(to, values)}`)
  for (const name of NAMES) {
    const wanted = where[name]
    if (wanted !== undefined) parts.push(`f.${name} = ${values.add(encodeText(wanted))}`)
  }
  if (endings !== undefined) {
    const list = endings.map((ending) => values.add(ending))
    parts.push(`f.ending = ANY (ARRAY[${list.join(', ')}]::text[])`)
  }
  return parts.join(' AND ')
}

function decodeUsage(row: Row, shares: number): UsageRow {
  const sum = (column: string) => readNumberOrNull(row, column)
  const name = (column: UsageName) => {
    const text = column in row ? readTextOrNull(row, column) : null
    return text === null ? null : decodeText(text)
  }
  return {
    startedAt: readNumberOrNull(row, 'period_start'),
    names: {
      function: name('function'),
      variant: name('variant'),
      model: name('model'),
      provider: name('provider'),
    },
    count: readNumber(row, 'n'),
    failed: readNumber(row, 'failed'),
    cached: readNumber(row, 'cached'),
    usage: usageIn(sum),
    inputTokens: sum('input_tokens'),
    outputTokens: sum('output_tokens'),
    costNano: sum('cost_nano'),
    costed: readNumber(row, 'costed'),
    lastAt: readNumber(row, 'last_at'),
    latencyUs: timesOf(row['latency'], shares),
    ttftUs: timesOf(row['ttft'], shares),
  }
}

/** Null of no values at all. */
function timesOf(times: unknown, shares: number): (number | null)[] {
  return Array.from({ length: shares }, (_, index) => {
    const time: unknown = Array.isArray(times) ? times[index] : null
    return typeof time === 'number' ? time : null
  })
}
