import type { SQLInputValue } from 'node:sqlite'
import {
  INFERENCE_DIALECTS,
  type InferenceQuery,
  type MetricName,
  spanOf,
  type TimeSpan,
} from '../../domain/inference-query.ts'
import { compileFilter, type FilterDialect } from '../inference-filter.ts'
import type { Sql } from './filter.ts'
import { OUTCOME_CODES } from './hot-schema.ts'
import { FEEDBACK_TYPE_CODES } from './metric-values.ts'
import { encodeId } from './values.ts'

/** What a row of `inference i` must be to be found, but for its texts. */
export function conditionOf(query: InferenceQuery): Sql {
  const { functionName, variantName, episodeId, ids, filter, demonstrated } = query
  const parts = [INFERENCES_ALONE]
  if (functionName !== undefined) parts.push(named('i.function', 'function', functionName))
  if (variantName !== undefined) parts.push(named('i.variant', 'variant', variantName))
  if (episodeId !== undefined) parts.push(sql('i.episode_id = ?', encodeId(episodeId)))
  if (ids !== undefined) parts.push(idsIn(ids, 'i.id'))
  if (filter !== undefined) parts.push(compileFilter(filter, DIALECT))
  if (demonstrated) parts.push(DEMONSTRATED)
  return allOf(parts)
}

const INFERENCES_ALONE = sql(
  `i.outcome = ? AND i.dialect IN
    (SELECT id FROM dim WHERE kind = 'dialect' AND name IN (SELECT value FROM json_each(?)))`,
  OUTCOME_CODES.ok,
  JSON.stringify(INFERENCE_DIALECTS),
)

export function allOf(parts: readonly Sql[]): Sql {
  return {
    text: parts.length === 0 ? '1' : parts.map(({ text }) => `(${text})`).join(' AND '),
    values: parts.flatMap(({ values }) => values),
  }
}

export function sql(text: string, ...values: SQLInputValue[]): Sql {
  return { text, values }
}

export function named(column: string, kind: string, name: string): Sql {
  return sql(`${column} = (SELECT id FROM dim WHERE kind = ? AND name = ?)`, kind, name)
}

/** Ids as hexadecimal JSON: SQLite takes no lists. */
export function idsIn(ids: readonly string[], column = 'id'): Sql {
  const hex = ids.map((id) => id.replaceAll('-', ''))
  return sql(`${column} IN (SELECT unhex(value) FROM json_each(?))`, JSON.stringify(hex))
}

/** The metric's value of the row; NULL where it has none. */
export function valueOf({ metric, type, level }: MetricName): Sql {
  const target = level === 'inference' ? 'i.id' : 'i.episode_id'
  return sql(
    `(SELECT m.value FROM metric_value m WHERE m.metric = ${METRIC_ID} AND m.type = ?
      AND m.target = ${target})`,
    metric,
    FEEDBACK_TYPE_CODES[type],
  )
}

export const METRIC_ID = `(SELECT id FROM dim WHERE kind = 'metric' AND name = ?)`

const DEMONSTRATED = sql(
  `EXISTS (SELECT 1 FROM metric_value m WHERE m.metric = ${METRIC_ID} AND m.type = ?
    AND m.target = i.id)`,
  'demonstration',
  FEEDBACK_TYPE_CODES.demonstration,
)

const DIALECT: FilterDialect<SQLInputValue> = {
  yes: '1',
  no: '0',
  metric: ({ metric, comparison, value }) => {
    const known = valueOf(metric)
    return sql(`${known.text} ${comparison} ?`, ...known.values, value)
  },
  demonstration: ({ has }) => (has ? DEMONSTRATED : { ...DEMONSTRATED, text: not(DEMONSTRATED) }),
  tag: ({ key, value, comparison }) =>
    comparison === '='
      ? sql(`EXISTS (SELECT 1 FROM tag WHERE kv = ${TAG_ID} AND seq = i.seq)`, key, value)
      : sql('EXISTS (SELECT 1 FROM json_each(i.tags) WHERE key = ? AND value <> ?)', key, value),
  time: (filter) => {
    const span = spanOf(filter)
    if (span !== null) return within('i.id', span)
    const second = within('i.id', {
      fromMs: filter.second * 1000,
      toMs: filter.second * 1000 + 1000,
    })
    return { ...second, text: not(second) }
  },
}

export const TAG_ID = '(SELECT id FROM tagkv WHERE key = ? AND value = ?)'

function not({ text }: Sql): string {
  return `NOT (${text})`
}

/** Ids of a time: UUIDv7s begin with it. */
export function within(column: string, { fromMs, toMs }: TimeSpan): Sql {
  const parts: Sql[] = []
  if (fromMs !== null) parts.push(sql(`${column} >= ?`, firstIdAt(fromMs)))
  if (toMs !== null) parts.push(sql(`${column} < ?`, firstIdAt(toMs)))
  return allOf(parts)
}

const LAST_MS = 2 ** 48 - 1

function firstIdAt(ms: number): SQLInputValue {
  const known = Math.max(0, Math.min(LAST_MS, ms))
  return Buffer.from(known.toString(16).padStart(12, '0'), 'hex')
}
