import type {
  StatisticsQuery,
  VariantFeedback,
  VariantFeedbackUntil,
} from '../feedback-statistics.ts'
import { Bindings } from './filter.ts'
import type { Ask } from './queries.ts'
import { timeIn } from './record-rows.ts'
import { readNumber, readText, type Row } from '../row.ts'

/** A value as a number: truths are ones. */
export const NUMBER = `multiIf(value = 'true', 1., value = 'false', 0., toFloat64OrZero(value))`

/** Larger ones cannot be squared. */
const LARGEST = 1e154
const NAMESPACE = 'tensorzero::namespace'
/** Answers, whole or not: what failed says nothing of an episode's outcome. */
const ANSWERED = "outcome IN ('ok', 'client_gone', 'truncated')"

export async function readByVariant(ask: Ask, query: StatisticsQuery): Promise<VariantFeedback[]> {
  const bindings = new Bindings()
  const rows = await ask(select(query, bindings, null), bindings.params)
  return rows.map(decodeEntry)
}

export async function readUntil(
  ask: Ask,
  query: StatisticsQuery,
  ends: readonly number[],
): Promise<VariantFeedbackUntil[]> {
  if (ends.length === 0) return []
  const bindings = new Bindings()
  const times = bindings.add('Array(Int64)', ends.map(timeIn))
  const rows = await ask(select(query, bindings, times), bindings.params)
  return rows.map((row) => Object.assign({ end: readNumber(row, 'end') }, decodeEntry(row)))
}

/** `ends` are the times up to which values count; null: all that there are. */
function select(query: StatisticsQuery, bindings: Bindings, ends: string | null): string {
  const { metricName, functionName, namespace } = query
  const ofMetric =
    metricName === undefined ? '' : `AND metric_name = ${bindings.add('String', metricName)}`
  const ofSpace =
    namespace === undefined ? '' : `AND tags['${NAMESPACE}'] = ${bindings.add('String', namespace)}`
  const ofFunction = `function_name = ${bindings.add('String', functionName)} ${ofSpace}`
  const end = ends === null ? '0' : `arrayJoin(${ends})`
  const until = ends === null ? '' : 'WHERE toUnixTimestamp64Milli(at) < end'
  const latest = `
    SELECT end, target_id, metric_name, argMax(level, id) AS level, argMax(number, id) AS number
    FROM (
      SELECT ${end} AS end, target_id, metric_name, level, id, at, ${NUMBER} AS number
      FROM WeirFeedback WHERE type IN ('boolean', 'float') ${ofMetric}
    ) ${until} GROUP BY end, target_id, metric_name`
  return `
    WITH latest AS (${latest})
    SELECT end, metric_name, variant_name, count() AS n, avg(number) AS mean,
      varPopStable(number) * count() AS squares
    FROM (
      SELECT l.end AS end, l.metric_name AS metric_name, i.variant_name AS variant_name,
        l.number AS number
      FROM latest AS l INNER JOIN (
        SELECT id, variant_name FROM WeirInference
        WHERE ${ofFunction} AND ${ANSWERED} AND id IN (SELECT target_id FROM latest)
      ) AS i ON l.target_id = i.id WHERE l.level = 'inference'
      UNION ALL
      SELECT l.end AS end, l.metric_name AS metric_name, e.variant_name AS variant_name,
        l.number AS number
      FROM latest AS l INNER JOIN (
        SELECT DISTINCT episode_id, variant_name FROM WeirInference
        WHERE ${ofFunction} AND ${ANSWERED} AND episode_id IN (SELECT target_id FROM latest)
      ) AS e ON l.target_id = e.episode_id WHERE l.level = 'episode'
    )
    WHERE abs(number) < ${LARGEST} GROUP BY end, metric_name, variant_name`
}

function decodeEntry(row: Row): VariantFeedback {
  return {
    metricName: readText(row, 'metric_name'),
    variantName: readText(row, 'variant_name'),
    count: readNumber(row, 'n'),
    mean: readNumber(row, 'mean'),
    squares: readNumber(row, 'squares'),
  }
}
