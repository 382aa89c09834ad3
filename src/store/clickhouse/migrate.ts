import { RemoteFault } from '../remote/engine.ts'
import type { Connection, Limits } from './connection.ts'
import {
  CONTRACT_MIGRATIONS,
  INFERENCE_TABLES,
  NEWEST_CONTRACT_MIGRATION,
} from './contract-tables.ts'
import { FEEDBACK_TABLES } from './contract-feedback.ts'
import { STATISTICS_TABLES } from './contract-statistics.ts'
import { CONTRACT_VIEWS, UINT_TO_UUID } from './contract-views.ts'
import {
  addColumn,
  addIndex,
  createTable,
  createView,
  fillFromView,
  modifyColumn,
  modifyView,
  onCluster,
  type Place,
  rememberInserts,
  type Table,
} from './ddl.ts'
import { OWN_TABLES, OWN_VERSION } from './own-tables.ts'
import { takeOver } from './take-over.ts'
import { readNumber, readText } from '../row.ts'

/** ClickHouse learnt `UUIDv7ToDateTime` and what else is used here in this version. */
const OLDEST_SERVER = [24, 8] as const

const CONTRACT_TABLES: readonly Table[] = [
  ...INFERENCE_TABLES,
  ...FEEDBACK_TABLES,
  ...STATISTICS_TABLES,
]

export interface MigrationOptions {
  readonly place: Place
  /** False: a person makes the tables; it is only checked that they are there. */
  readonly automatic: boolean
}

/** Throws a fault of kind `settings` when the server is too old. */
export async function checkServer(connection: Connection, limits: Limits): Promise<void> {
  const [row] = await connection.select('SELECT version() AS version', {}, limits)
  if (typeof row?.['version'] !== 'string') {
    throw new RemoteFault('settings', `${connection.name} does not answer like ClickHouse.`)
  }
  const [major = 0, minor = 0] = row['version'].split('.').map(Number)
  const [oldMajor, oldMinor] = OLDEST_SERVER
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return
  throw new RemoteFault(
    'settings',
    `${connection.name} is version ${row['version']}. Weir needs ${oldMajor}.${oldMinor} or newer.`,
  )
}

/**
 * Brings the database to the schema of this version: empty, TensorZero's, or an older Weir's. Adds
 * only, may be run again after it stopped half-way, and by several gateways at once.
 */
export async function migrate(
  connection: Connection,
  options: MigrationOptions,
  limits: Limits,
): Promise<void> {
  const found = await examine(connection, limits)
  if (found.version > OWN_VERSION) {
    throw new RemoteFault(
      'newer',
      `${connection.name} was used by a newer Weir (schema ${found.version}, this one knows ${OWN_VERSION}). Use that version, or another database.`,
    )
  }
  if (found.version === OWN_VERSION) return
  if (!options.automatic) {
    throw new RemoteFault(
      'settings',
      `${connection.name} lacks Weir's tables, and [clickhouse] disable_automatic_migrations is set. Remove that setting for one start.`,
    )
  }
  const { place } = options
  const run = (statement: string) => connection.command(statement, limits)
  const known = found.contract <= NEWEST_CONTRACT_MIGRATION
  for (const table of CONTRACT_TABLES) {
    await adjust(found, table, { place, run, known })
  }
  await run(UINT_TO_UUID.replace('{cluster}', onCluster(place)))
  await adjustViews(found, { place, run, known })
  for (const table of OWN_TABLES) await adjust(found, table, { place, run, known: true })
  if (found.tables.has('ChatInference')) await takeOver(connection, limits)
  if (found.contract < 0) await recordContract(connection, limits)
  await connection.insert(
    { table: 'WeirMigration', rows: [{ version: OWN_VERSION }], token: `weir.${OWN_VERSION}` },
    limits,
  )
}

interface Found {
  /** Columns and their types, by table. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly indexes: ReadonlySet<string>
  /** The newest of TensorZero's migrations; -1 where it was never here. */
  readonly contract: number
  /** Of our own tables; 0 where there are none. */
  readonly version: number
}

async function examine(connection: Connection, limits: Limits): Promise<Found> {
  const columns = await connection.select(
    'SELECT table, name, type FROM system.columns WHERE database = currentDatabase()',
    {},
    limits,
  )
  const tables = new Map<string, Map<string, string>>()
  for (const row of columns) {
    const table = readText(row, 'table')
    const known = tables.get(table) ?? new Map<string, string>()
    tables.set(table, known.set(readText(row, 'name'), readText(row, 'type')))
  }
  const indexes = await connection.select(
    'SELECT table, name FROM system.data_skipping_indices WHERE database = currentDatabase()',
    {},
    limits,
  )
  const newest = async (table: string, column: string, none: number) => {
    if (!tables.has(table)) return none
    const sql = `SELECT count() AS count, toInt64(max(${column})) AS newest FROM ${table}`
    const [row = {}] = await connection.select(sql, {}, limits)
    return readNumber(row, 'count') === 0 ? none : readNumber(row, 'newest')
  }
  return {
    tables,
    indexes: new Set(indexes.map((row) => `${readText(row, 'table')}.${readText(row, 'name')}`)),
    contract: await newest('TensorZeroMigration', 'migration_id', -1),
    version: await newest('WeirMigration', 'version', 0),
  }
}

interface Means {
  readonly place: Place
  /** We know the database's schema: what differs in it is older than ours. */
  readonly known: boolean
  readonly run: (statement: string) => Promise<void>
}

async function adjust(found: Found, table: Table, { place, known, run }: Means): Promise<void> {
  const there = found.tables.get(table.name)
  if (there === undefined) {
    await run(createTable(table, place))
    return
  }
  for (const column of table.columns) {
    const [name, type] = column
    const type0 = there.get(name)
    if (type0 === undefined) await run(addColumn(table, column, place))
    else if (known && !isType(type, type0)) await run(modifyColumn(table, column, place))
  }
  for (const index of table.indexes ?? []) {
    if (!found.indexes.has(`${table.name}.${index.name}`)) {
      await run(addIndex(table, index, place))
    }
  }
  if (place.cluster === null) await run(rememberInserts(table, place))
}

/** Our definition begins with the type; defaults, codecs and the like follow. */
function isType(definition: string, type: string): boolean {
  return definition === type || definition.startsWith(`${type} `)
}

/** A table that is new gets what its views would have put into it. */
async function adjustViews(found: Found, { place, known, run }: Means): Promise<void> {
  for (const view of CONTRACT_VIEWS) {
    const isThere = found.tables.has(view.name)
    if (!isThere) await run(createView(view, place))
    else if (known && found.contract < NEWEST_CONTRACT_MIGRATION) await run(modifyView(view, place))
    if (isThere || found.tables.has(view.to) || !found.tables.has(view.from)) continue
    const target = CONTRACT_TABLES.find(({ name }) => name === view.to)
    const columns = (target?.columns ?? []).map(([name]) => name)
    const made = columns.filter((name) => new RegExp(`\\b${name}\\b`).test(view.select))
    await run(fillFromView(view, made))
  }
}

/** TensorZero finds its schema complete, should somebody go back to it. */
async function recordContract(connection: Connection, limits: Limits): Promise<void> {
  const rows = CONTRACT_MIGRATIONS.map((number) => ({
    migration_id: number,
    migration_name: `Migration${String(number).padStart(4, '0')}`,
    gateway_version: 'weir',
    gateway_git_sha: '',
    execution_time_ms: 0,
  }))
  await connection.insert({ table: 'TensorZeroMigration', rows, token: 'weir.contract' }, limits)
}
