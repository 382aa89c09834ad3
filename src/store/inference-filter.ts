import { GatewayError } from '../domain/errors.ts'
import { timeGroups } from '../domain/ids.ts'
import {
  type DemonstrationFilter,
  type InferenceFilter,
  type MetricFilter,
  spanOf,
  type TagFilter,
  type TimeFilter,
  type TimeSpan,
} from '../domain/inference-query.ts'

/** SQL made of constant pieces, and the values bound to its question marks, in order. */
export interface Sql<Value> {
  readonly text: string
  readonly values: readonly Value[]
}

/** How an engine says the leaves of a filter of the inference `i`. */
export interface FilterDialect<Value> {
  /** NULL where the metric was not given. */
  metric(filter: MetricFilter): Sql<Value>
  demonstration(filter: DemonstrationFilter): Sql<Value>
  tag(filter: TagFilter): Sql<Value>
  time(filter: TimeFilter): Sql<Value>
  readonly yes: string
  readonly no: string
}

const MOST_LEAVES = 500
const DEEPEST = 100

/** The filter as a condition. Throws `GatewayError` (400) when there is too much of it. */
export function compileFilter<Value>(
  filter: InferenceFilter,
  dialect: FilterDialect<Value>,
): Sql<Value> {
  if (depthOf(filter) > DEEPEST || leavesOf(filter).length > MOST_LEAVES) {
    throw new GatewayError(
      'invalid_request',
      `A filter may have at most ${MOST_LEAVES} conditions, nested at most ${DEEPEST} deep.`,
    )
  }
  return compile(filter, dialect)
}

function compile<Value>(filter: InferenceFilter, dialect: FilterDialect<Value>): Sql<Value> {
  switch (filter.type) {
    case 'metric':
      return dialect.metric(filter)
    case 'demonstration':
      return dialect.demonstration(filter)
    case 'tag':
      return dialect.tag(filter)
    case 'time':
      return dialect.time(filter)
    case 'not': {
      const { text, values } = compile(filter.child, dialect)
      return { text: `(NOT COALESCE(${text}, ${dialect.yes}))`, values }
    }
    case 'and':
    case 'or': {
      if (filter.children.length === 0) {
        return { text: filter.type === 'and' ? dialect.yes : dialect.no, values: [] }
      }
      const parts = filter.children.map((child) => compile(child, dialect))
      const known = parts.map(({ text }) => `COALESCE(${text}, ${dialect.no})`)
      return {
        text: `(${known.join(filter.type === 'and' ? ' AND ' : ' OR ')})`,
        values: parts.flatMap(({ values }) => values),
      }
    }
  }
}

function depthOf(filter: InferenceFilter): number {
  const children = childrenOf(filter)
  return children.reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0) + 1
}

function leavesOf(filter: InferenceFilter): readonly InferenceFilter[] {
  const children = childrenOf(filter)
  return children.length === 0 ? [filter] : children.flatMap(leavesOf)
}

function childrenOf(filter: InferenceFilter): readonly InferenceFilter[] {
  if (filter.type === 'not') return [filter.child]
  return filter.type === 'and' || filter.type === 'or' ? filter.children : []
}

/** The conditions that must all hold: an engine may begin with any of them. */
export function requiredBy(filter: InferenceFilter | undefined): readonly InferenceFilter[] {
  if (filter === undefined) return []
  return filter.type === 'and' ? filter.children.flatMap(requiredBy) : [filter]
}

/** The time within which everything is that the filter finds. */
export function timeOf(filter: InferenceFilter | undefined): TimeSpan {
  let fromMs: number | null = null
  let toMs: number | null = null
  for (const required of requiredBy(filter)) {
    const span = required.type === 'time' ? spanOf(required) : null
    if (span === null) continue
    if (span.fromMs !== null) fromMs = Math.max(fromMs ?? span.fromMs, span.fromMs)
    if (span.toMs !== null) toMs = Math.min(toMs ?? span.toMs, span.toMs)
  }
  return { fromMs, toMs }
}

const LAST_MS = 2 ** 48 - 1

/** What every id of that time or later is not less than: UUIDv7s begin with their time. */
export function firstIdAt(ms: number): string {
  return timeGroups(Math.max(0, Math.min(LAST_MS, ms)))
}
