import type { Datapoint } from '../../domain/datapoint.ts'
import { spanOf } from '../../domain/inference-query.ts'
import type {
  DatapointPage,
  DatapointQuery,
  DatapointReads,
  DatasetFigures,
} from '../datapoints.ts'
import { isUuid } from '../../domain/ids.ts'
import { compileFilter, type FilterDialect, type Sql } from '../inference-filter.ts'
import { datapointsWhere, decodeDatapoint } from './datapoint-rows.ts'
import { Bindings } from './filter.ts'
import type { Ask } from './queries.ts'
import { timeIn } from './record-rows.ts'
import { readNumber, readText } from '../row.ts'

export async function readDatapoints(
  ask: Ask,
  query: DatapointQuery,
  page: DatapointPage,
): Promise<Datapoint[]> {
  const bindings = new Bindings()
  const times = timesOf(query.search, bindings)
  const where = [
    ...(query.stale ? [] : ['staled_at IS NULL']),
    ...placeOf(query, bindings),
    ...(query.ids ? [`id IN ${bindings.add('Array(UUID)', query.ids.filter(isUuid))}`] : []),
    ...(query.filter ? [compileFilter(query.filter, dialectOf(bindings)).text] : []),
    ...(query.search === undefined ? [] : [`${times} > 0`]),
  ]
  const order = orderOf(page, times)
  const rows = await ask(
    `SELECT * FROM ${datapointsWhere(allOf(where))} ORDER BY ${order}
     LIMIT ${Math.trunc(page.limit)} OFFSET ${Math.trunc(page.offset ?? 0)}`,
    bindings.params,
  )
  return rows.map(decodeDatapoint)
}

export async function readDatasets(
  ask: Ask,
  query: Parameters<DatapointReads['datasets']>[0],
): Promise<DatasetFigures[]> {
  const bindings = new Bindings()
  const where = allOf(['staled_at IS NULL', ...placeOf(query, bindings)])
  const of = (table: string) => `SELECT dataset_name, updated_at FROM ${table} FINAL WHERE ${where}`
  const rows = await ask(
    `SELECT dataset_name, count() AS n, toUnixTimestamp64Milli(max(updated_at)) AS updated_ms
     FROM (${of('ChatInferenceDatapoint')} UNION ALL ${of('JsonInferenceDatapoint')})
     GROUP BY dataset_name ORDER BY max(updated_at) DESC, dataset_name`,
    bindings.params,
  )
  return rows.map((row) => ({
    datasetName: readText(row, 'dataset_name'),
    count: readNumber(row, 'n'),
    updatedAt: readNumber(row, 'updated_ms'),
  }))
}

function placeOf(
  { datasetName, functionName }: Pick<DatapointQuery, 'datasetName' | 'functionName'>,
  bindings: Bindings,
): string[] {
  const text = (value: string) => bindings.add('String', value)
  return [
    ...(datasetName === undefined ? [] : [`dataset_name = ${text(datasetName)}`]),
    ...(functionName === undefined ? [] : [`function_name = ${text(functionName)}`]),
  ]
}

/** How often input and output hold the text, in any case of its letters. */
function timesOf(search: string | undefined, bindings: Bindings): string {
  const wanted = JSON.stringify(search ?? '').slice(1, -1)
  if (wanted === '') return '0'
  const text = bindings.add('String', wanted)
  return `(countSubstringsCaseInsensitiveUTF8(input, ${text})
    + countSubstringsCaseInsensitiveUTF8(ifNull(output, ''), ${text}))`
}

function orderOf({ order }: DatapointPage, times: string): string {
  const [first] = order
  const relevance = order.find(({ by }) => by === 'relevance')
  const direction = first?.by === 'time' && !first.descending ? 'ASC' : 'DESC'
  return [
    ...(relevance ? [`${times} ${relevance.descending ? 'DESC' : 'ASC'}`] : []),
    `updated_at ${direction}`,
    `id_text ${direction}`,
  ].join(', ')
}

function dialectOf(bindings: Bindings): FilterDialect<never> {
  return {
    yes: '1',
    no: '0',
    // Nobody judges datapoints.
    metric: () => sql('NULL'),
    demonstration: ({ has }) => sql(has ? '0' : '1'),
    tag: ({ key, value, comparison }) => {
      const name = bindings.add('String', key)
      const wanted = bindings.add('String', value)
      return sql(`(mapContains(tags, ${name}) AND tags[${name}] ${comparison} ${wanted})`)
    },
    time: (filter) => {
      const start = filter.second * 1000
      const { fromMs, toMs } = spanOf(filter) ?? { fromMs: start, toMs: start + 1000 }
      const changed = 'toUnixTimestamp64Milli(updated_at)'
      const within = allOf([
        ...(fromMs === null ? [] : [`${changed} >= ${bindings.add('Int64', timeIn(fromMs))}`]),
        ...(toMs === null ? [] : [`${changed} < ${bindings.add('Int64', timeIn(toMs))}`]),
      ])
      return sql(filter.comparison === '!=' ? `NOT ${within}` : within)
    },
  }
}

function allOf(parts: readonly string[]): string {
  return `(${['1', ...parts].join(' AND ')})`
}

function sql(text: string): Sql<never> {
  return { text, values: [] }
}
