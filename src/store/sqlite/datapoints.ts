import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Datapoint } from '../../domain/datapoint.ts'
import { spanOf } from '../../domain/inference-query.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { timesIn } from '../../lib/times-in.ts'
import type { Budget } from '../budget.ts'
import type {
  DatapointPage,
  DatapointQuery,
  DatapointReads,
  DatasetFigures,
  DeleteDatapoints,
  WriteDatapoints,
} from '../datapoints.ts'
import { compileFilter, type FilterDialect } from '../inference-filter.ts'
import type { Sql } from './filter.ts'
import type { Intern } from './hot-values.ts'
import { allOf, idsIn, named, sql } from './inference-condition.ts'
import { tagsOf } from './log-rows.ts'
import { readNumber, readNumberOrNull, readText, readTextOrNull, type Row } from '../row.ts'
import { decodeId, encodeId } from './values.ts'

const PUT = `
  INSERT OR REPLACE INTO datapoint (id, dataset, function, type, episode_id, name, tags, custom,
    source, staled_at, updated_at, config_hash, body)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const STALE = 'UPDATE datapoint SET staled_at = ?1, updated_at = ?1 WHERE staled_at IS NULL'

/** The writer's side. */
export class DatapointWriter {
  readonly #db: DatabaseSync
  readonly #put: StatementSync
  readonly #intern: Intern

  constructor(db: DatabaseSync, intern: Intern) {
    this.#db = db
    this.#put = db.prepare(PUT)
    this.#intern = intern
  }

  write({ datapoints, stale, at }: WriteDatapoints): null {
    this.#stale(at, idsIn(stale))
    for (const datapoint of datapoints) this.#put.run(...this.#values(datapoint))
    return null
  }

  delete({ datasetName, ids, at }: DeleteDatapoints): number {
    const dataset = named('dataset', 'dataset', datasetName)
    return this.#stale(at, ids === null ? dataset : allOf([dataset, idsIn(ids)]))
  }

  #stale(at: number, { text, values }: Sql): number {
    return Number(this.#db.prepare(`${STALE} AND ${text}`).run(at, ...values).changes)
  }

  #values(datapoint: Datapoint): SQLInputValue[] {
    const { input, output, toolParams, outputSchema } = datapoint
    return [
      encodeId(datapoint.id),
      this.#intern('dataset', datapoint.datasetName),
      this.#intern('function', datapoint.functionName),
      datapoint.type,
      idOrNull(datapoint.episodeId),
      datapoint.name,
      JSON.stringify(datapoint.tags),
      Number(datapoint.isCustom),
      idOrNull(datapoint.sourceInferenceId),
      datapoint.staledAt,
      datapoint.updatedAt,
      this.#intern('config', datapoint.configHash),
      JSON.stringify({ input, output, toolParams, outputSchema } satisfies Body),
    ]
  }
}

interface Body {
  readonly input: JsonObject
  readonly output: Json
  readonly toolParams: JsonObject
  readonly outputSchema: Json
}

function idOrNull(id: string | null): SQLInputValue {
  return id === null ? null : encodeId(id)
}

const SELECT = `
  SELECT d.*, dataset.name AS dataset_name, function.name AS function_name,
    config.name AS config_name
  FROM datapoint d
  JOIN dim dataset ON dataset.id = d.dataset
  JOIN dim function ON function.id = d.function
  JOIN dim config ON config.id = d.config_hash`

export function readDatapoints(
  db: DatabaseSync,
  budget: Budget,
  query: DatapointQuery,
  page: DatapointPage,
): Datapoint[] {
  const { text, values } = conditionOf(query)
  const offset = page.offset ?? 0
  const [first] = page.order
  const direction = first?.by === 'time' && !first.descending ? 'ASC' : 'DESC'
  const statement = `${SELECT} WHERE ${text} ORDER BY d.updated_at ${direction}, d.id ${direction}`
  if (query.search === undefined) {
    const rows = db.prepare(`${statement} LIMIT ? OFFSET ?`).all(...values, page.limit, offset)
    return rows.map(decodeDatapoint)
  }
  const found: { row: Row; times: number }[] = []
  const all = page.order.some(({ by }) => by === 'relevance')
  for (const row of db.prepare(statement).iterate(...values)) {
    budget.check()
    const times = timesIn(bodyOf(row), query.search)
    if (times > 0) found.push({ row, times })
    if (!all && found.length >= offset + page.limit) break
  }
  const relevance = page.order.find(({ by }) => by === 'relevance')
  const sign = relevance?.descending === false ? 1 : -1
  const sorted = relevance ? found.toSorted((a, b) => sign * (a.times - b.times)) : found
  return sorted.slice(offset, offset + page.limit).map(({ row }) => decodeDatapoint(row))
}

export function readDatasets(
  db: DatabaseSync,
  { datasetName, functionName }: Parameters<DatapointReads['datasets']>[0],
): DatasetFigures[] {
  const { text, values } = allOf([
    sql('d.staled_at IS NULL'),
    ...(datasetName === undefined ? [] : [named('d.dataset', 'dataset', datasetName)]),
    ...(functionName === undefined ? [] : [named('d.function', 'function', functionName)]),
  ])
  const rows = db
    .prepare(
      `SELECT dataset.name AS dataset_name, count(*) AS count, max(d.updated_at) AS updated_at
       FROM datapoint d JOIN dim dataset ON dataset.id = d.dataset
       WHERE ${text} GROUP BY d.dataset ORDER BY 3 DESC, 1`,
    )
    .all(...values)
  return rows.map((row) => ({
    datasetName: readText(row, 'dataset_name'),
    count: readNumber(row, 'count'),
    updatedAt: readNumber(row, 'updated_at'),
  }))
}

function conditionOf({ datasetName, functionName, ids, stale, filter }: DatapointQuery): Sql {
  return allOf([
    ...(datasetName === undefined ? [] : [named('d.dataset', 'dataset', datasetName)]),
    ...(functionName === undefined ? [] : [named('d.function', 'function', functionName)]),
    ...(ids === undefined ? [] : [idsIn(ids, 'd.id')]),
    ...(stale ? [] : [sql('d.staled_at IS NULL')]),
    ...(filter === undefined ? [] : [compileFilter(filter, DIALECT)]),
  ])
}

const DIALECT: FilterDialect<SQLInputValue> = {
  yes: '1',
  no: '0',
  // Nobody judges datapoints.
  metric: () => sql('NULL'),
  demonstration: ({ has }) => sql(has ? '0' : '1'),
  tag: ({ key, value, comparison }) =>
    sql(
      `EXISTS (SELECT 1 FROM json_each(d.tags) WHERE key = ? AND value ${comparison} ?)`,
      key,
      value,
    ),
  time: (filter) => {
    const { fromMs, toMs } = spanOf(filter) ?? {
      fromMs: filter.second * 1000,
      toMs: filter.second * 1000 + 1000,
    }
    const span = allOf([
      ...(fromMs === null ? [] : [sql('d.updated_at >= ?', fromMs)]),
      ...(toMs === null ? [] : [sql('d.updated_at < ?', toMs)]),
    ])
    return filter.comparison === '!=' ? { ...span, text: `NOT (${span.text})` } : span
  },
}

function decodeDatapoint(row: Row): Datapoint {
  return {
    id: decodeId(row['id']),
    datasetName: readText(row, 'dataset_name'),
    functionName: readText(row, 'function_name'),
    type: row['type'] === 'json' ? 'json' : 'chat',
    episodeId: row['episode_id'] === null ? null : decodeId(row['episode_id']),
    name: readTextOrNull(row, 'name'),
    ...bodyOf(row),
    tags: tagsOf(readText(row, 'tags')),
    isCustom: row['custom'] === 1,
    sourceInferenceId: row['source'] === null ? null : decodeId(row['source']),
    staledAt: readNumberOrNull(row, 'staled_at'),
    updatedAt: readNumber(row, 'updated_at'),
    configHash: readText(row, 'config_name'),
  }
}

function bodyOf(row: Row): Body {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this file writes these
  return JSON.parse(readText(row, 'body')) as Body
}
