import type { Json } from '../../domain/chat.ts'
import {
  INFERENCE_DIALECTS,
  type InferenceOrder,
  type InferencePage,
  type InferenceQuery,
  type MetricName,
  spanOf,
  type TimeSpan,
} from '../../domain/inference-query.ts'
import { nativeOf } from '../../domain/native-of.ts'
import { compileFilter, type FilterDialect, firstIdAt, type Sql } from '../inference-filter.ts'
import type { FoundInference } from '../inference-reads.ts'
import type { StoredInference } from '../store.ts'
import { readNatives } from './contract-reads.ts'
import { Bindings } from './filter.ts'
import type { Ask } from './queries.ts'
import { decodeStored, LOG_COLUMNS } from './record-rows.ts'
import { NUMBER } from './statistics.ts'
import { readNumber, readText } from './values.ts'

/** Those that the query finds, in the page's order. */
export async function readInferences(
  ask: Ask,
  query: InferenceQuery,
  page: InferencePage,
): Promise<FoundInference[]> {
  if (page.limit <= 0) return []
  const search = new Search(query)
  const where = search.where(page)
  const order = search.order(page)
  const ids = await ask(
    `SELECT i.id AS id ${search.from()} WHERE ${where}
     ORDER BY ${order} LIMIT ${Math.trunc(page.limit)} OFFSET ${Math.trunc(page.offset ?? 0)}`,
    search.bindings.params,
  )
  const found = await readEach(
    ask,
    ids.map((row) => readText(row, 'id')),
    query.demonstrated ?? false,
  )
  return page.after === undefined ? found : found.toReversed()
}

export async function countInferences(ask: Ask, query: InferenceQuery): Promise<number> {
  const search = new Search(query)
  const where = search.where({})
  const [row = {}] = await ask(
    `SELECT count() AS n ${search.from()} WHERE ${where}`,
    search.bindings.params,
  )
  return readNumber(row, 'n')
}

/** One query in SQL: each metric that is asked for is a join. */
class Search {
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

async function readEach(
  ask: Ask,
  ids: readonly string[],
  demonstrated: boolean,
): Promise<FoundInference[]> {
  if (ids.length === 0) return []
  const rows = await ask(
    `SELECT ${LOG_COLUMNS}, facts, texts FROM WeirInference WHERE id IN {ids: Array(String)}`,
    { ids },
  )
  const stored = new Map(rows.map((row) => [readText(row, 'id'), decodeStored(row)]))
  const bare = [...stored.values()].filter(({ payload }) => payload === 'missing')
  const natives = await readNatives(
    ask,
    bare.map(({ id }) => id),
  )
  const shown = demonstrated ? await readDemonstrations(ask, ids) : new Map<string, Json>()
  return ids.flatMap((id) => {
    const found = stored.get(id)
    if (found === undefined) return []
    const native = natives.get(id) ?? (found.payload === 'missing' ? null : nativeIn(found))
    return [{ ...factsOf(found), native, demonstration: shown.get(id) ?? null }]
  })
}

function factsOf(found: StoredInference): Omit<FoundInference, 'native' | 'demonstration'> {
  return {
    id: found.id,
    episodeId: found.episodeId,
    functionName: found.functionName,
    variantName: found.variantName,
    tags: found.tags,
    configHash: found.record.configHash,
    latencyUs: found.latencyUs,
    ttftUs: found.stream ? found.ttftUs : null,
  }
}

function nativeIn({ record, attemptRecords }: StoredInference) {
  return nativeOf({ ...record, attempts: attemptRecords })
}

/** The newest of each. */
async function readDemonstrations(ask: Ask, ids: readonly string[]): Promise<Map<string, Json>> {
  const rows = await ask(
    `SELECT target_id, argMax(value, id) AS value FROM WeirFeedback
     WHERE type = 'demonstration' AND target_id IN {ids: Array(String)} GROUP BY target_id`,
    { ids },
  )
  return new Map(
    rows.map((row) => [
      readText(row, 'target_id'),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the store's writer writes these
      JSON.parse(readText(row, 'value')) as Json,
    ]),
  )
}

function sql(text: string): Sql<never> {
  return { text, values: [] }
}
