import {
  INFERENCE_DIALECTS,
  type InferenceOrder,
  type InferencePage,
  type InferenceQuery,
  type MetricName,
  spanOf,
  type TimeSpan,
} from '../../domain/inference-query.ts'
import { compileFilter, type FilterDialect, firstIdAt, type Sql } from '../inference-filter.ts'
import { Bindings } from './filter.ts'
import { NUMBER } from './statistics.ts'

/** One query of inferences in SQL: each metric that is asked for is a join. */
export class Search {
  readonly bindings = new Bindings()
  readonly #query: InferenceQuery
  readonly #joins = new Map<string, string>()

  constructor(query: InferenceQuery) {
    this.#query = query
  }

  /** Asked for last: conditions and order add what they need. */
  from(): string {
    return `FROM WeirInference AS i ${[...this.#joins.values()].join('\n')}`
  }

  where({ before, after }: Pick<InferencePage, 'before' | 'after'>): string {
    const { functionName, variantName, episodeId, ids, filter, demonstrated, search } = this.#query
    const text = (value: string) => this.bindings.add('String', value)
    const parts = [
      "i.outcome = 'ok'",
      `i.dialect IN ${this.bindings.add('Array(String)', INFERENCE_DIALECTS)}`,
    ]
    if (functionName !== undefined) parts.push(`i.function_name = ${text(functionName)}`)
    if (variantName !== undefined) parts.push(`i.variant_name = ${text(variantName)}`)
    if (episodeId !== undefined) parts.push(`i.episode_id = ${text(episodeId)}`)
    if (ids !== undefined) parts.push(`i.id IN ${this.bindings.add('Array(String)', ids)}`)
    if (filter !== undefined) parts.push(compileFilter(filter, this.#dialect).text)
    if (demonstrated) parts.push(this.#demonstrated())
    if (search !== undefined) parts.push(`${this.#times(search)} > 0`)
    if (before !== undefined) parts.push(`i.id < ${text(before)}`)
    if (after !== undefined) parts.push(`i.id > ${text(after)}`)
    return parts.map((part) => `(${part})`).join(' AND ')
  }

  order({ order, after }: InferencePage): string {
    const [first] = order
    if (first === undefined || first.by === 'time') {
      const descending = (first?.descending ?? true) === (after === undefined)
      return `i.id ${descending ? 'DESC' : 'ASC'}`
    }
    const keys = order.map((term) => {
      const direction = term.descending ? 'DESC' : 'ASC'
      return `${this.#key(term)} ${direction} NULLS LAST`
    })
    return [...keys, 'i.id DESC'].join(', ')
  }

  #key(term: InferenceOrder): string {
    if (term.by === 'metric') return this.#metric(term)
    if (term.by === 'relevance') return this.#times(this.#query.search ?? '')
    const start = 'concat(substring(i.id, 1, 8), substring(i.id, 10, 4))'
    return `intDiv(reinterpretAsUInt64(reverse(unhex(${start}))), 1000)`
  }

  readonly #dialect: FilterDialect<never> = {
    yes: '1',
    no: '0',
    metric: ({ metric, comparison, value }) =>
      sql(`${this.#metric(metric)} ${comparison} ${this.bindings.add('Float64', value)}`),
    demonstration: ({ has }) => sql(has ? this.#demonstrated() : `NOT (${this.#demonstrated()})`),
    tag: ({ key, value, comparison }) => {
      const name = this.bindings.add('String', key)
      const wanted = this.bindings.add('String', value)
      return sql(`mapContains(i.tags, ${name}) AND i.tags[${name}] ${comparison} ${wanted}`)
    },
    time: (filter) => {
      const span = spanOf(filter)
      if (span !== null) return sql(this.#within(span))
      const start = filter.second * 1000
      return sql(`NOT (${this.#within({ fromMs: start, toMs: start + 1000 })})`)
    },
  }

  #within({ fromMs, toMs }: TimeSpan): string {
    const parts = ['1']
    if (fromMs !== null) parts.push(`i.id >= ${this.bindings.add('String', firstIdAt(fromMs))}`)
    if (toMs !== null) parts.push(`i.id < ${this.bindings.add('String', firstIdAt(toMs))}`)
    return parts.join(' AND ')
  }

  /** The newest value; NULL where there is none. */
  #metric({ metric, type, level }: MetricName): string {
    const name = this.bindings.add('String', metric)
    const kind = this.bindings.add('String', type)
    const target = level === 'inference' ? 'i.id' : 'i.episode_id'
    return this.#joined(
      JSON.stringify([metric, type, level]),
      `SELECT target_id, toNullable(argMax(${NUMBER}, id)) AS value FROM WeirFeedback
       WHERE metric_name = ${name} AND type = ${kind} GROUP BY target_id`,
      target,
    )
  }

  #demonstrated(): string {
    const value = this.#joined(
      'demonstration',
      `SELECT target_id, toNullable(1) AS value FROM WeirFeedback WHERE type = 'demonstration'
       GROUP BY target_id`,
      'i.id',
    )
    return `${value} IS NOT NULL`
  }

  /** How often input and output hold the text, in any case of its letters. */
  #times(search: string): string {
    const wanted = JSON.stringify(search).slice(1, -1)
    if (wanted === '') return '0'
    const text = this.bindings.add('String', wanted)
    const times = `countSubstringsCaseInsensitiveUTF8(input, ${text})
      + countSubstringsCaseInsensitiveUTF8(output, ${text})`
    const of = (table: string) =>
      `SELECT toString(id) AS target_id, ${times} AS times FROM ${table}`
    return this.#joined(
      'search',
      `SELECT target_id, toNullable(max(times)) AS value FROM (${of('ChatInference')}
       UNION ALL ${of('JsonInference')}) WHERE times > 0 GROUP BY target_id`,
      'i.id',
    )
  }

  #joined(key: string, select: string, target: string): string {
    const known = [...this.#joins.keys()].indexOf(key)
    const name = `j${known === -1 ? this.#joins.size : known}`
    if (known === -1) {
      this.#joins.set(key, `LEFT JOIN (${select}) AS ${name} ON ${name}.target_id = ${target}`)
    }
    return `${name}.value`
  }
}

function sql(text: string): Sql<never> {
  return { text, values: [] }
}
