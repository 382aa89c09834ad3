import {
  INFERENCE_DIALECTS,
  type InferenceQuery,
  type MetricName,
  spanOf,
  type TagFilter,
  type TimeSpan,
} from '../../domain/inference-query.ts'
import { compileFilter, type FilterDialect, firstIdAt, type Sql } from '../inference-filter.ts'
import type { Values } from './filter.ts'
import { encodeText } from './text.ts'

/** What a row of `weir.inference i` must be to be found, but for its texts. */
export function conditionOf(query: InferenceQuery, values: Values): string {
  const { functionName, variantName, episodeId, ids, filter, demonstrated } = query
  const text = (value: string) => values.add(encodeText(value))
  const parts = [`i.outcome = 'ok' AND i.dialect = ANY (${values.add(INFERENCE_DIALECTS)}::text[])`]
  if (functionName !== undefined) parts.push(`i.function_name = ${text(functionName)}`)
  if (variantName !== undefined) parts.push(`i.variant_name = ${text(variantName)}`)
  if (episodeId !== undefined) parts.push(`i.episode_id = ${text(episodeId)}`)
  if (ids !== undefined) parts.push(`i.id = ANY (${values.add(ids.map(encodeText))}::text[])`)
  if (filter !== undefined) parts.push(compileFilter(filter, dialectOf(values)).text)
  if (demonstrated) parts.push(DEMONSTRATED)
  return allOf(parts)
}

export function allOf(parts: readonly string[]): string {
  return parts.length === 0 ? 'true' : parts.map((part) => `(${part})`).join(' AND ')
}

/** The metric's newest value of the row; NULL where it has none. */
export function valueOf({ metric, type, level }: MetricName, values: Values): string {
  return `(
    SELECT CASE f.value::text WHEN 'true' THEN 1 WHEN 'false' THEN 0
      ELSE f.value::text::float8 END
    FROM weir.feedback f
    WHERE f.metric_name = ${values.add(encodeText(metric))} AND f.type = ${values.add(type)}
      AND f.target_id = ${level === 'inference' ? 'i.id' : 'i.episode_id'}
    ORDER BY f.id DESC LIMIT 1)`
}

/** What is said of what the row should have been. */
export const DEMONSTRATIONS = `
  FROM weir.feedback f WHERE f.metric_name = 'demonstration' AND f.type = 'demonstration'
    AND f.target_id = i.id`

const DEMONSTRATED = `EXISTS (SELECT ${DEMONSTRATIONS})`

function dialectOf(values: Values): FilterDialect<never> {
  return {
    yes: 'true',
    no: 'false',
    metric: ({ metric, comparison, value }) =>
      sql(`${valueOf(metric, values)} ${comparison} ${values.add(value)}::float8`),
    demonstration: ({ has }) => sql(has ? DEMONSTRATED : `NOT ${DEMONSTRATED}`),
    tag: (filter) => sql(tagIs('i.tags', filter, values)),
    time: (filter) => {
      const span = spanOf(filter)
      if (span !== null) return sql(within(span, values))
      const start = filter.second * 1000
      return sql(`NOT (${within({ fromMs: start, toMs: start + 1000 }, values)})`)
    },
  }
}

/** Whether a tag has this value, or another one; never NULL. */
export function tagIs(
  column: string,
  { key, value, comparison }: TagFilter,
  values: Values,
): string {
  const [name, wanted] = [encodeText(key), encodeText(value)]
  if (comparison === '=') {
    return `${column} @> ${values.add(JSON.stringify({ [name]: wanted }))}::jsonb`
  }
  return `coalesce((${column} ->> ${values.add(name)}::text) <> ${values.add(wanted)}, false)`
}

function within({ fromMs, toMs }: TimeSpan, values: Values): string {
  const parts: string[] = []
  if (fromMs !== null) parts.push(`i.id >= ${values.add(firstIdAt(fromMs))}`)
  if (toMs !== null) parts.push(`i.id < ${values.add(firstIdAt(toMs))}`)
  return allOf(parts)
}

export function sql(text: string): Sql<never> {
  return { text, values: [] }
}
