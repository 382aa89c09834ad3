import type {
  StatisticsQuery,
  VariantFeedback,
  VariantFeedbackUntil,
} from '../feedback-statistics.ts'
import { readNumber, readText, type Row } from '../row.ts'
import type { Asks } from './documents.ts'
import { Values } from './filter.ts'
import { decodeText, encodeText } from './text.ts'

/** Beyond it, a square is more than a number can be. */
const MOST = 1e150

/** The newest value of each target and metric, for each variant that it is about. */
function valuesOf(
  { functionName, metricName, namespace }: StatisticsQuery,
  values: Values,
): string {
  const name = values.add(encodeText(functionName))
  const metric =
    metricName === undefined ? '' : `AND f.metric_name = ${values.add(encodeText(metricName))}`
  const space =
    namespace === undefined
      ? 'true'
      : `v.tags ->> 'tensorzero::namespace' = ${values.add(encodeText(namespace))}`
  const answered = `i.function_name = ${name} AND i.outcome = 'ok'`
  return `
    WITH newest AS (
      SELECT DISTINCT ON (f.target_id, f.metric_name) f.target_id, f.level, f.metric_name, f.at,
        CASE f.value::text WHEN 'true' THEN 1 WHEN 'false' THEN 0
          ELSE f.value::text::float8 END AS value
      FROM weir.feedback f WHERE f.type IN ('boolean', 'float') ${metric}
      ORDER BY f.target_id, f.metric_name, f.id DESC
    ), v AS (
      SELECT n.metric_name, n.at, n.value, i.variant_name, i.tags FROM newest n
      JOIN weir.inference i ON i.id = n.target_id WHERE n.level = 'inference' AND ${answered}
      UNION ALL
      -- An episode counts once for each variant, by what it answered first.
      SELECT * FROM (
        SELECT DISTINCT ON (n.target_id, n.metric_name, i.variant_name)
          n.metric_name, n.at, n.value, i.variant_name, i.tags FROM newest n
        JOIN weir.inference i ON i.episode_id = n.target_id
        WHERE n.level = 'episode' AND ${answered}
        ORDER BY n.target_id, n.metric_name, i.variant_name, i.seq
      ) of_episodes
    ), known AS (SELECT v.* FROM v WHERE abs(v.value) < ${MOST} AND ${space})`
}

const SUMS = `known.metric_name, known.variant_name, count(*) AS count, avg(known.value) AS mean,
  var_pop(known.value) * count(*) AS squares`

export async function readFeedbackByVariant(
  db: Asks,
  query: StatisticsQuery,
): Promise<VariantFeedback[]> {
  const values = new Values()
  const { rows } = await db.query<Row>(
    `${valuesOf(query, values)} SELECT ${SUMS} FROM known GROUP BY 1, 2`,
    values.list,
  )
  return rows.map(decode)
}

export async function readFeedbackUntil(
  db: Asks,
  query: StatisticsQuery,
  ends: readonly number[],
): Promise<VariantFeedbackUntil[]> {
  const values = new Values()
  const { rows } = await db.query<Row>(
    `${valuesOf(query, values)}
     SELECT ${SUMS}, ends.ms AS end_ms FROM known
     JOIN unnest(${values.add(`{${ends.join(',')}}`)}::bigint[]) AS ends (ms)
       ON known.at < to_timestamp(ends.ms / 1000.0)
     GROUP BY 1, 2, ends.ms ORDER BY ends.ms`,
    values.list,
  )
  return rows.map((row) => Object.assign(decode(row), { end: readNumber(row, 'end_ms') }))
}

function decode(row: Row): VariantFeedback {
  return {
    metricName: decodeText(readText(row, 'metric_name')),
    variantName: decodeText(readText(row, 'variant_name')),
    count: readNumber(row, 'count'),
    mean: readNumber(row, 'mean'),
    squares: readNumber(row, 'squares'),
  }
}
