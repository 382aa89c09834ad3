import type { DatabaseSync } from 'node:sqlite'
import {
  type InferencePage,
  type InferenceQuery,
  type MetricFilter,
  type MetricName,
} from '../../domain/inference-query.ts'
import { requiredBy, timeOf } from '../inference-filter.ts'
import { allOf, idsIn, METRIC_ID, named, sql, TAG_ID, within } from './inference-condition.ts'
import { FEEDBACK_TYPE_CODES } from './metric-values.ts'
import { encodeId } from './values.ts'
import type { Sql } from './filter.ts'
import type { Walk } from './walk.ts'

const ANY = sql('1')

type Cursors = Pick<InferencePage, 'before' | 'after'>

/** By id, along the index that passes the fewest rows that are not wanted. */
export function walkById(query: InferenceQuery, cursors: Cursors, descending: boolean): Walk {
  const metric = requiredBy(query.filter).find(
    (leaf): leaf is MetricFilter => leaf.type === 'metric' && leaf.metric.level === 'inference',
  )
  if (metric !== undefined) {
    const check = sql(`d.value ${metric.comparison} ?`, metric.value)
    return { ...walkOfTargets(metric.metric, query, cursors, descending), check }
  }
  if (query.demonstrated || asksForDemonstration(query)) {
    const demonstration = { metric: 'demonstration', type: 'demonstration' } as const
    return walkOfTargets(demonstration, query, cursors, descending)
  }
  const { functionName } = query
  return {
    table: `inference i INDEXED BY ${
      functionName === undefined ? 'sqlite_autoindex_inference_1' : 'inference_function_id'
    }`,
    join: '',
    within: allOf([
      ...(functionName === undefined ? [] : [named('i.function', 'function', functionName)]),
      ...boundsOf('i.id', query, cursors),
    ]),
    check: ANY,
    keys: [{ column: 'i.id', descending }],
  }
}

function asksForDemonstration({ filter }: InferenceQuery): boolean {
  return requiredBy(filter).some((leaf) => leaf.type === 'demonstration' && leaf.has)
}

function walkOfTargets(
  { metric, type }: Pick<MetricName, 'metric'> & { type: keyof typeof FEEDBACK_TYPE_CODES },
  query: InferenceQuery,
  cursors: Cursors,
  descending: boolean,
): Walk {
  return {
    table: 'metric_value d',
    join: 'CROSS JOIN inference i ON i.id = d.target',
    within: allOf([
      sql(`d.metric = ${METRIC_ID} AND d.type = ?`, metric, FEEDBACK_TYPE_CODES[type]),
      ...boundsOf('d.target', query, cursors),
    ]),
    check: ANY,
    keys: [{ column: 'd.target', descending }],
  }
}

/** By the value of a metric of inferences: those that have it. */
export function walkByValue({ metric, type }: MetricName, descending: boolean): Walk {
  return {
    table: `metric_value d INDEXED BY ${descending ? 'metric_value_down' : 'metric_value_up'}`,
    join: 'CROSS JOIN inference i ON i.id = d.target',
    within: sql(`d.metric = ${METRIC_ID} AND d.type = ?`, metric, FEEDBACK_TYPE_CODES[type]),
    check: ANY,
    keys: [
      { column: 'd.value', descending },
      { column: 'd.target', descending: true },
    ],
  }
}

function boundsOf(column: string, query: InferenceQuery, { before, after }: Cursors): Sql[] {
  return [
    within(column, timeOf(query.filter)),
    ...(before === undefined ? [] : [sql(`${column} < ?`, encodeId(before))]),
    ...(after === undefined ? [] : [sql(`${column} > ?`, encodeId(after))]),
  ]
}

/** Of so few rows all can be looked at: then no index need have their order. */
const FEW = 5000

/** The only rows there can be, where they are few; null where they are many or nobody knows. */
export function fewRows(db: DatabaseSync, query: InferenceQuery): readonly number[] | null {
  const most = Math.max(FEW, query.ids?.length ?? 0)
  for (const { text, values } of narrowings(query)) {
    const rows = db.prepare(`${text} LIMIT ?`).all(...values, most + 1)
    if (rows.length <= most) return rows.map(({ seq }) => Number(seq))
  }
  return null
}

function* narrowings({ ids, episodeId, functionName, variantName, filter }: InferenceQuery) {
  if (ids !== undefined) {
    const { text, values } = idsIn(ids, 'i.id')
    yield sql(`SELECT i.seq FROM inference i WHERE ${text}`, ...values)
  }
  if (episodeId !== undefined) {
    yield sql('SELECT seq FROM inference WHERE episode_id = ?', encodeId(episodeId))
  }
  for (const leaf of requiredBy(filter)) {
    if (leaf.type !== 'tag' || leaf.comparison === '!=') continue
    yield sql(`SELECT seq FROM tag WHERE kv = ${TAG_ID}`, leaf.key, leaf.value)
  }
  if (functionName !== undefined && variantName !== undefined) {
    const both = allOf([
      named('function', 'function', functionName),
      named('variant', 'variant', variantName),
    ])
    yield sql(
      `SELECT seq FROM inference INDEXED BY inference_function WHERE ${both.text}`,
      ...both.values,
    )
  }
}
