import { readAddress } from '../clickhouse/address.ts'
import { Connection, type Params } from '../clickhouse/connection.ts'
import { RemoteFault } from '../remote/engine.ts'
import { readText, type Row } from '../row.ts'
import { CALLS, type Columns, DETAILS, SHAPES, type Shape } from './clickhouse-shapes.ts'
import { FIRST_ID, type SourceKind, type TensorZeroSource } from './source.ts'

/** A page of a large table may take its time. */
const QUERY_SECONDS = 600
/** Inferences lie in the order of functions: their ids are looked up in so many at once. */
const IDS_AHEAD = 20_000

const INFERENCE_TABLES = ['ChatInference', 'JsonInference'] as const

interface Key {
  readonly key: string
  readonly row: Row
}

/** TensorZero's tables in ClickHouse; columns that an older one of its versions lacks are null. */
export class ClickHouseSource implements TensorZeroSource {
  readonly name: string
  readonly #connection: Connection
  #columns: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  #ahead: { readonly after: string; readonly keys: readonly Key[] } = { after: '', keys: [] }

  constructor(url: string) {
    const address = readAddress(url)
    this.name = address.name
    this.#connection = new Connection(address, 1)
  }

  async open(): Promise<void> {
    const rows = await this.#ask(
      'SELECT table, name FROM system.columns WHERE database = {database: String}',
      { database: this.#connection.database },
    )
    const columns = new Map<string, Set<string>>()
    for (const row of rows) {
      const table = readText(row, 'table')
      const known = columns.get(table) ?? new Set()
      columns.set(table, known.add(readText(row, 'name')))
    }
    this.#columns = columns
    if (INFERENCE_TABLES.every((table) => columns.has(table))) return
    throw new RemoteFault('settings', `${this.name} has no tables of TensorZero.`)
  }

  async count(kind: SourceKind, after: string | null): Promise<number> {
    let count = 0
    for (const shape of this.#present(kind)) {
      const [row] = await this.#ask(
        `SELECT count() AS n FROM ${fromOf(shape)} WHERE ${shape.order} > ${shape.after}`,
        { after: after ?? firstOf(kind) },
      )
      count += Number(row?.['n'])
    }
    return count
  }

  async page(
    kind: SourceKind,
    { after, limit }: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly Row[]> {
    const from = after ?? firstOf(kind)
    if (kind === 'inferences') return this.#inferences(from, limit)
    const [shape] = this.#present(kind)
    if (shape === undefined) return []
    const { table, id, order } = shape
    // The ids alone first: of the other columns only a page is read.
    const ids = `SELECT ${id} FROM ${fromOf(shape)} WHERE ${order} > ${shape.after}
      ORDER BY ${order} LIMIT {limit: UInt32}`
    const rows = await this.#ask(
      `SELECT ${this.#selectOf(table, shape.columns)} FROM ${fromOf(shape)}
       WHERE ${id} IN (${ids}) ORDER BY ${order}`,
      { after: from, limit },
    )
    return shape.targets === undefined ? rows : this.#withLevels(rows)
  }

  calls(inferenceIds: readonly string[]): Promise<readonly Row[]> {
    return this.#ask(
      `SELECT ${this.#selectOf('ModelInference', CALLS)} FROM ModelInference
       WHERE inference_id IN {ids: Array(UUID)} ORDER BY toUInt128(id)`,
      { ids: inferenceIds },
    )
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #inferences(after: string, limit: number): Promise<readonly Row[]> {
    const keys = (await this.#keysAfter(after)).slice(0, limit)
    const last = keys.at(-1)
    if (last === undefined) return []
    this.#ahead = { after: last.key, keys: this.#ahead.keys.slice(keys.length) }
    const rows: Row[] = []
    for (const table of INFERENCE_TABLES) {
      const own = keys.filter(({ row }) => row['table'] === table)
      if (own.length > 0) rows.push(...(await this.#details(table, own)))
    }
    return rows.toSorted((a, b) => (readText(a, 'key') < readText(b, 'key') ? -1 : 1))
  }

  async #keysAfter(after: string): Promise<readonly Key[]> {
    if (this.#ahead.after === after && this.#ahead.keys.length > 0) return this.#ahead.keys
    const each = INFERENCE_TABLES.map(
      (table) => `SELECT '${table}' AS table, id, function_name, variant_name, episode_id
        FROM ${table} WHERE toUInt128(id) > toUInt128(toUUID({after: String}))`,
    )
    const rows = await this.#ask(
      `SELECT table, toString(id) AS key, function_name, variant_name,
         toString(episode_id) AS episode
       FROM (${each.join(' UNION ALL ')}) ORDER BY toUInt128(id) LIMIT {limit: UInt32}`,
      { after, limit: IDS_AHEAD },
    )
    const keys = rows.map((row) => ({ key: readText(row, 'key'), row }))
    this.#ahead = { after, keys }
    return keys
  }

  /** By all that they are ordered by, so that little is read to find them. */
  #details(table: (typeof INFERENCE_TABLES)[number], keys: readonly Key[]): Promise<Row[]> {
    const type = table === 'ChatInference' ? 'chat' : 'json'
    const distinct = (column: string) => [...new Set(keys.map(({ row }) => readText(row, column)))]
    return this.#ask(
      `SELECT '${type}' AS type, ${this.#selectOf(table, DETAILS[type])} FROM ${table}
       WHERE function_name IN {functions: Array(String)}
         AND variant_name IN {variants: Array(String)}
         AND episode_id IN {episodes: Array(UUID)} AND id IN {ids: Array(UUID)}`,
      {
        functions: distinct('function_name'),
        variants: distinct('variant_name'),
        episodes: distinct('episode'),
        ids: distinct('key'),
      },
    )
  }

  /** A target is an inference where there is one of that id. */
  async #withLevels(rows: readonly Row[]): Promise<readonly Row[]> {
    const targets = [...new Set(rows.map((row) => readText(row, 'target')))]
    const found = await this.#ask(
      `SELECT toString(id_uint) AS target FROM InferenceById
       WHERE id_uint IN (SELECT toUInt128(arrayJoin({targets: Array(UUID)})))`,
      { targets },
    )
    const inferences = new Set(found.map((row) => readText(row, 'target')))
    return rows.map((row) => {
      const isInference = inferences.has(uintOf(readText(row, 'target')))
      return { ...row, level: isInference ? 'inference' : 'episode' }
    })
  }

  #present(kind: SourceKind): Shape[] {
    return SHAPES[kind].filter(({ table }) => this.#columns.has(table))
  }

  #selectOf(table: string, columns: Columns): string {
    const known = this.#columns.get(table)
    return Object.entries(columns)
      .map(
        ([name, [column, expression]]) => `${known?.has(column) ? expression : 'NULL'} AS ${name}`,
      )
      .join(', ')
  }

  #ask(query: string, params: Params): Promise<Row[]> {
    const signal = AbortSignal.timeout(QUERY_SECONDS * 1000)
    return this.#connection.select(query, params, { signal, seconds: QUERY_SECONDS })
  }
}

function fromOf({ table, final }: Shape): string {
  return final ? `${table} FINAL` : table
}

function firstOf(kind: SourceKind): string {
  return kind === 'config_snapshots' ? '0x' : FIRST_ID
}

function uintOf(uuid: string): string {
  return BigInt(`0x${uuid.replaceAll('-', '')}`).toString()
}
