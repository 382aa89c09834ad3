import type { Datapoint } from '../../domain/datapoint.ts'
import { isUuid } from '../../domain/ids.ts'
import type { ChangeOutcome } from '../changes.ts'
import type { DeleteDatapoints, WriteDatapoints } from '../datapoints.ts'
import { INFERENCE_TABLES } from './contract-tables.ts'
import { DATAPOINT_TABLES, encodeDatapoint, tableOf } from './datapoint-rows.ts'
import { Bindings } from './filter.ts'
import type { Means } from './means.ts'
import { timeIn } from './record-rows.ts'
import { readNumber, readText, type Row } from '../row.ts'

export type DatapointChange = WriteDatapoints | DeleteDatapoints

export function isDatapointChange(change: { readonly kind: string }): change is DatapointChange {
  return change.kind === 'write_datapoints' || change.kind === 'delete_datapoints'
}

/**
 * Nothing is changed in TensorZero's tables: of the rows of one datapoint the newest counts, and to
 * make one stale is to write it again.
 */
export async function applyDatapoints(
  means: Means,
  change: DatapointChange,
  step: string,
): Promise<ChangeOutcome> {
  if (change.kind === 'delete_datapoints') return remove(means, change, step)
  const strange = change.datapoints.find(({ id }) => !isUuid(id))
  if (strange !== undefined) {
    return { error: `ClickHouse keeps datapoints by UUIDs, and ${strange.id} is none.` }
  }
  const bindings = new Bindings()
  const where = withIds(change.stale, bindings)
  await makeStale(means, { where, bindings, at: change.at, step: `${step}/stale` })
  await write(means, change.datapoints, step)
  return { result: null }
}

async function remove(
  means: Means,
  { datasetName, ids, at }: DeleteDatapoints,
  step: string,
): Promise<ChangeOutcome> {
  const bindings = new Bindings()
  const inDataset = `dataset_name = ${bindings.add('String', datasetName)}`
  const where = ids === null ? inDataset : `${inDataset} AND ${withIds(ids, bindings)}`
  return { result: await makeStale(means, { where, bindings, at, step }) }
}

interface Stale {
  readonly where: string
  readonly bindings: Bindings
  readonly at: number
  readonly step: string
}

async function makeStale(means: Means, stale: Stale): Promise<number> {
  const where = `${stale.where} AND staled_at IS NULL`
  const now = `fromUnixTimestamp64Micro(${stale.bindings.add('Int64', timeIn(stale.at) * 1000)}, 'UTC')`
  const values = { staled_at: now, updated_at: `greatest(${now}, ${AFTER})` }
  let sum = 0
  for (const table of DATAPOINT_TABLES) {
    const [row = {}] = await means.ask(
      `SELECT count() AS n FROM ${table} FINAL WHERE ${where}`,
      stale.bindings.params,
    )
    const count = readNumber(row, 'n')
    sum += count
    if (count === 0) continue
    await means.command(again(table, where, values), stale.bindings.params, stale.step)
  }
  return sum
}

const AFTER = 'addMicroseconds(updated_at, 1)'

/** Rows that are there, with some values changed. */
function again(table: string, where: string, values: Readonly<Record<string, string>>): string {
  const columns = INFERENCE_TABLES.find(({ name }) => name === table)?.columns ?? []
  const names = columns.map(([name]) => name)
  const selected = names.map((name) => values[name] ?? name)
  return `INSERT INTO ${table} (${names.join(', ')})
    SELECT ${selected.join(', ')} FROM ${table} FINAL WHERE ${where}`
}

async function write(means: Means, datapoints: readonly Datapoint[], step: string): Promise<void> {
  if (datapoints.length === 0) return
  const latest = new Map(datapoints.map((datapoint) => [datapoint.id.toLowerCase(), datapoint]))
  const newest = new Map<string, number>()
  for (const table of DATAPOINT_TABLES) {
    const bindings = new Bindings()
    const moved: string[] = []
    const there = await means.ask(
      `SELECT toString(id) AS id_text, dataset_name, function_name,
         toUnixTimestamp64Micro(updated_at) AS updated_us
       FROM ${table} FINAL WHERE ${withIds([...latest.keys()], bindings)}`,
      bindings.params,
    )
    for (const row of there) {
      const id = readText(row, 'id_text')
      newest.set(id, readNumber(row, 'updated_us'))
      const datapoint = latest.get(id)
      if (datapoint !== undefined && !isOfPlace(row, table, datapoint)) moved.push(id)
    }
    await clear(means, table, moved, `${step}/moved`)
  }
  const rows = Map.groupBy(latest.values(), tableOf)
  for (const [table, those] of rows) {
    const encoded = those.map((each) => encodeDatapoint(each, newest.get(each.id.toLowerCase())))
    await means.insert(table, encoded, step)
  }
}

/** Only rows of one dataset and one function take each other's place by themselves. */
function isOfPlace(row: Row, table: string, datapoint: Datapoint): boolean {
  return (
    tableOf(datapoint) === table &&
    readText(row, 'dataset_name') === datapoint.datasetName.toWellFormed() &&
    readText(row, 'function_name') === datapoint.functionName.toWellFormed()
  )
}

async function clear(
  means: Means,
  table: string,
  ids: readonly string[],
  step: string,
): Promise<void> {
  if (ids.length === 0) return
  const bindings = new Bindings()
  const where = withIds(ids, bindings)
  const values = { is_deleted: 'true', updated_at: AFTER }
  await means.command(again(table, where, values), bindings.params, step)
}

function withIds(ids: readonly string[], bindings: Bindings): string {
  return `id IN ${bindings.add('Array(UUID)', ids.filter(isUuid))}`
}
