import type pg from 'pg'
import type { Datapoint } from '../../domain/datapoint.ts'
import { spanOf } from '../../domain/inference-query.ts'
import { asObject } from '../../lib/json.ts'
import type {
  DatapointPage,
  DatapointQuery,
  DatapointReads,
  DatasetFigures,
  DeleteDatapoints,
  WriteDatapoints,
} from '../datapoints.ts'
import { compileFilter, type FilterDialect } from '../inference-filter.ts'
import { tagsOf } from '../sqlite/log-rows.ts'
import { readNumber, readNumberOrNull, readText, type Row } from '../row.ts'
import { BulkInsert, type Column } from './bulk.ts'
import type { Asks } from './documents.ts'
import { timeAt, Values } from './filter.ts'
import { allOf, sql, tagIs } from './inference-condition.ts'
import { jsonOf } from './json.ts'
import { isoTime } from './records.ts'
import { decodeTags, decodeText, encodeTags, encodeText, encodeTextOrNull } from './text.ts'

const COLUMNS: readonly Column<Datapoint>[] = [
  ['id', 'text', ({ id }) => encodeText(id)],
  ['dataset_name', 'text', ({ datasetName }) => encodeText(datasetName)],
  ['function_name', 'text', ({ functionName }) => encodeText(functionName)],
  ['type', 'text', ({ type }) => type],
  ['episode_id', 'text', ({ episodeId }) => encodeTextOrNull(episodeId)],
  ['name', 'text', ({ name }) => encodeTextOrNull(name)],
  ['input', 'json', ({ input }) => JSON.stringify(input)],
  ['output', 'json', ({ output }) => JSON.stringify(output)],
  ['tool_params', 'json', ({ toolParams }) => JSON.stringify(toolParams)],
  ['output_schema', 'json', ({ outputSchema }) => JSON.stringify(outputSchema)],
  ['tags', 'jsonb', ({ tags }) => encodeTags(tags)],
  ['is_custom', 'boolean', ({ isCustom }) => isCustom],
  ['source_inference_id', 'text', (datapoint) => encodeTextOrNull(datapoint.sourceInferenceId)],
  ['staled_at', 'timestamptz', ({ staledAt }) => (staledAt === null ? null : isoTime(staledAt))],
  ['updated_at', 'timestamptz', ({ updatedAt }) => isoTime(updatedAt)],
  ['config_hash', 'text', ({ configHash }) => encodeText(configHash)],
]

const PUT = new BulkInsert<Datapoint>(
  'weir.datapoint',
  COLUMNS,
  `ON CONFLICT (id) DO UPDATE SET
    ${COLUMNS.map(([name]) => `${name} = excluded.${name}`).join(', ')}`,
)

export async function writeDatapoints(
  client: pg.ClientBase,
  { datapoints, stale, at }: WriteDatapoints,
): Promise<null> {
  const values = new Values()
  const when = timeAt(at, values)
  const ids = values.add(stale.map(encodeText))
  await client.query(`${staled(when)} AND id = ANY (${ids}::text[])`, values.list)
  // One statement changes a row only once: of two with the same id, the last one stands.
  await PUT.run(client, [...new Map(datapoints.map((one) => [one.id, one])).values()])
  return null
}

export async function deleteDatapoints(
  db: Asks,
  { datasetName, ids, at }: DeleteDatapoints,
): Promise<number> {
  const values = new Values()
  const parts = [
    staled(timeAt(at, values)),
    `dataset_name = ${values.add(encodeText(datasetName))}`,
  ]
  if (ids !== null) parts.push(`id = ANY (${values.add(ids.map(encodeText))}::text[])`)
  const { rowCount } = await db.query(parts.join(' AND '), values.list)
  return rowCount ?? 0
}

function staled(when: string): string {
  return `UPDATE weir.datapoint SET staled_at = ${when}, updated_at = ${when}
    WHERE staled_at IS NULL`
}

export async function readDatapoints(
  db: Asks,
  query: DatapointQuery,
  { order, limit, offset = 0 }: DatapointPage,
): Promise<Datapoint[]> {
  const values = new Values()
  const times = timesOf(query.search, values)
  const where = allOf([
    conditionOf(query, values),
    ...(query.search === undefined ? [] : [`${times} > 0`]),
  ])
  const [first] = order
  const direction = first?.by === 'time' && !first.descending ? 'ASC' : 'DESC'
  const relevance = order.find(({ by }) => by === 'relevance')
  const keys = [
    ...(relevance ? [`${times} ${relevance.descending ? 'DESC' : 'ASC'}`] : []),
    `d.updated_at ${direction}`,
    `d.id ${direction}`,
  ]
  const { rows } = await db.query<Row>(
    `SELECT d.* FROM weir.datapoint d WHERE ${where} ORDER BY ${keys.join(', ')}
     LIMIT ${values.add(limit)} OFFSET ${values.add(offset)}`,
    values.list,
  )
  return rows.map(decodeDatapoint)
}

export async function readDatasets(
  db: Asks,
  query: Parameters<DatapointReads['datasets']>[0],
): Promise<DatasetFigures[]> {
  const values = new Values()
  const { rows } = await db.query<Row>(
    `SELECT d.dataset_name, count(*) AS count, max(d.updated_at) AS updated_at
     FROM weir.datapoint d WHERE ${conditionOf({ ...query, stale: false }, values)}
     GROUP BY 1 ORDER BY 3 DESC, 1`,
    values.list,
  )
  return rows.map((row) => ({
    datasetName: decodeText(readText(row, 'dataset_name')),
    count: readNumber(row, 'count'),
    updatedAt: readNumber(row, 'updated_at'),
  }))
}

/** How often input and output hold the text, as their JSON, in any case of its letters. */
function timesOf(search: string | undefined, values: Values): string {
  const wanted = JSON.stringify(search ?? '').slice(1, -1)
  if (wanted === '') return '(0)'
  const text = `lower(${values.add(wanted)}::text)`
  const timesIn = (column: string) =>
    `(length(${column}) - length(replace(${column}, ${text}, ''))) / length(${text})`
  return `(${timesIn('lower(d.input::text)')} + ${timesIn('lower(d.output::text)')})`
}

function conditionOf(
  { datasetName, functionName, ids, stale, filter }: DatapointQuery,
  values: Values,
): string {
  const text = (value: string) => values.add(encodeText(value))
  const parts: string[] = []
  if (datasetName !== undefined) parts.push(`d.dataset_name = ${text(datasetName)}`)
  if (functionName !== undefined) parts.push(`d.function_name = ${text(functionName)}`)
  if (ids !== undefined) parts.push(`d.id = ANY (${values.add(ids.map(encodeText))}::text[])`)
  if (!stale) parts.push('d.staled_at IS NULL')
  if (filter !== undefined) parts.push(compileFilter(filter, dialectOf(values)).text)
  return allOf(parts)
}

function dialectOf(values: Values): FilterDialect<never> {
  return {
    yes: 'true',
    no: 'false',
    // Nobody judges datapoints.
    metric: () => sql('NULL::boolean'),
    demonstration: ({ has }) => sql(has ? 'false' : 'true'),
    tag: (filter) => sql(tagIs('d.tags', filter, values)),
    time: (filter) => {
      const start = filter.second * 1000
      const { fromMs, toMs } = spanOf(filter) ?? { fromMs: start, toMs: start + 1000 }
      const span = allOf([
        ...(fromMs === null ? [] : [`d.updated_at >= ${timeAt(fromMs, values)}`]),
        ...(toMs === null ? [] : [`d.updated_at < ${timeAt(toMs, values)}`]),
      ])
      return sql(filter.comparison === '!=' ? `NOT (${span})` : span)
    },
  }
}

function decodeDatapoint(row: Row): Datapoint {
  const text = (column: string) => decodeText(readText(row, column))
  const textOrNull = (column: string) => (row[column] === null ? null : text(column))
  return {
    id: text('id'),
    datasetName: text('dataset_name'),
    functionName: text('function_name'),
    type: row['type'] === 'json' ? 'json' : 'chat',
    episodeId: textOrNull('episode_id'),
    name: textOrNull('name'),
    input: asObject(jsonOf(readText(row, 'input'))) ?? {},
    output: jsonOf(readText(row, 'output')),
    toolParams: asObject(jsonOf(readText(row, 'tool_params'))) ?? {},
    outputSchema: jsonOf(readText(row, 'output_schema')),
    tags: tagsOf(decodeTags(readText(row, 'tags'))),
    isCustom: row['is_custom'] === 1,
    sourceInferenceId: textOrNull('source_inference_id'),
    staledAt: readNumberOrNull(row, 'staled_at'),
    updatedAt: readNumber(row, 'updated_at'),
    configHash: text('config_hash'),
  }
}
