/** A table of ours, or one of TensorZero's that we keep as it is. */
export interface Table {
  readonly name: string
  /** In order: name and type, with what follows the type. */
  readonly columns: readonly (readonly [name: string, type: string])[]
  readonly engine: TableEngine
  /** Arguments of the engine: the columns of version and deletion. */
  readonly engineArguments?: readonly string[]
  readonly orderBy: string
  readonly primaryKey?: string
  readonly partitionBy?: string
  readonly indexes?: readonly Index[]
  /** Rows between marks; fewer where single rows are looked up. */
  readonly granularity?: number
}

export interface Index {
  readonly name: string
  readonly column: string
  readonly type: string
  readonly granularity: number
}

type TableEngine = 'MergeTree' | 'ReplacingMergeTree' | 'SummingMergeTree' | 'AggregatingMergeTree'

/** A materialized view: what is inserted into `from` goes, as `select` makes it, into `to`. */
export interface View {
  readonly name: string
  readonly to: string
  readonly from: string
  /** `{from}` stands for the table. */
  readonly select: string
}

/** Where the statements will run. */
export interface Place {
  readonly database: string
  /** Of a replicated server; null: one server for itself. */
  readonly cluster: string | null
}

/** How many inserts a table remembers, to tell when one comes again. */
export const DEDUPLICATION_WINDOW = 1000

/** An identifier of any spelling. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

export function onCluster({ cluster }: Place): string {
  return cluster === null ? '' : ` ON CLUSTER ${quoteName(cluster)}`
}

export function createTable(table: Table, place: Place): string {
  const columns = table.columns.map(([name, type]) => `${quoteName(name)} ${type}`)
  const indexes = (table.indexes ?? []).map(indexClause)
  const settings = [
    `index_granularity = ${table.granularity ?? 8192}`,
    ...(place.cluster === null
      ? [`non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`]
      : []),
  ]
  return [
    `CREATE TABLE IF NOT EXISTS ${quoteName(table.name)}${onCluster(place)} (`,
    [...columns, ...indexes].join(',\n'),
    `) ENGINE = ${engineOf(table, place)}`,
    ...(table.partitionBy ? [`PARTITION BY ${table.partitionBy}`] : []),
    ...(table.primaryKey ? [`PRIMARY KEY ${table.primaryKey}`] : []),
    `ORDER BY ${table.orderBy}`,
    `SETTINGS ${settings.join(', ')}`,
  ].join('\n')
}

export function createView(view: View, place: Place): string {
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${quoteName(view.name)}${onCluster(place)}
TO ${quoteName(view.to)} AS ${selectOf(view)}`
}

/** What the view would have done with the rows that were there before it. */
export function fillFromView(view: View, columns: readonly string[]): string {
  const names = columns.map(quoteName).join(', ')
  return `INSERT INTO ${quoteName(view.to)} (${names}) SELECT ${names} FROM (${selectOf(view)})`
}

export function selectOf(view: View): string {
  return view.select.replaceAll('{from}', quoteName(view.from))
}

export function addColumn(
  table: Table,
  [name, type]: readonly [string, string],
  place: Place,
): string {
  return `ALTER TABLE ${quoteName(table.name)}${onCluster(place)} ADD COLUMN IF NOT EXISTS ${quoteName(name)} ${type}`
}

export function modifyColumn(
  table: Table,
  [name, type]: readonly [string, string],
  place: Place,
): string {
  return `ALTER TABLE ${quoteName(table.name)}${onCluster(place)} MODIFY COLUMN ${quoteName(name)} ${type}`
}

export function addIndex(table: Table, index: Index, place: Place): string {
  const clause = indexClause(index).replace('INDEX', 'INDEX IF NOT EXISTS')
  return `ALTER TABLE ${quoteName(table.name)}${onCluster(place)} ADD ${clause}`
}

export function modifyView(view: View, place: Place): string {
  return `ALTER TABLE ${quoteName(view.name)}${onCluster(place)} MODIFY QUERY ${selectOf(view)}`
}

/** Tables that TensorZero made remember no inserts. */
export function rememberInserts(table: Table, place: Place): string {
  return `ALTER TABLE ${quoteName(table.name)}${onCluster(place)} MODIFY SETTING non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`
}

function indexClause({ name, column, type, granularity }: Index): string {
  return `INDEX ${name} ${column} TYPE ${type} GRANULARITY ${granularity}`
}

function engineOf({ name, engine, engineArguments = [] }: Table, place: Place): string {
  if (place.cluster === null) return `${engine}(${engineArguments.join(', ')})`
  const path = `/clickhouse/tables/{shard}/${place.database}/${name}`
  const own = [quoteText(path), quoteText('{replica}'), ...engineArguments]
  return `Replicated${engine}(${own.join(', ')})`
}
