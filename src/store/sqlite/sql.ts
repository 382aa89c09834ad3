import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { constants, DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { nearest } from '../../lib/nearest.ts'
import { guarded, StoreFault } from './fault.ts'
import { HOT_FILE } from './hot-schema.ts'
import { VIEWS } from './views.ts'

export interface Answer {
  readonly columns: readonly string[]
  readonly rows: Iterable<readonly SQLOutputValue[]>
}

/** What a question may do: read, and call functions. */
const ALLOWED: ReadonlySet<number> = new Set([
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
])

/**
 * Runs SQL of a person over the views, on a connection that cannot write. `use` must take what it
 * wants of the rows before it returns. What is wrong with the SQL is a fault that says so.
 */
export function askSql<T>(dataDir: string, sql: string, use: (answer: Answer) => T): T {
  const path = join(dataDir, HOT_FILE)
  if (!existsSync(path)) throw new StoreFault('other', path, `There are no records in ${path}.`)
  const db = guarded(path, () => new DatabaseSync(path, { readOnly: true, timeout: 1000 }))
  const say = (message: string) =>
    `The question cannot be answered: ${message.replace(/\.$/, '')}${hintOf(message, db)}.`
  try {
    guarded(path, () => createViews(db))
    return guarded(path, () => use(ask(db, sql)), say)
  } finally {
    db.close()
  }
}

function createViews(db: DatabaseSync): void {
  for (const [name, select] of Object.entries(VIEWS)) {
    db.exec(`CREATE TEMP VIEW ${name} AS ${select}`)
  }
}

function ask(db: DatabaseSync, sql: string): Answer {
  db.setAuthorizer((action) => (ALLOWED.has(action) ? constants.SQLITE_OK : constants.SQLITE_DENY))
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  const columns = statement.columns().map(({ name }) => name)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `setReturnArrays` says so
  const rows = statement.iterate() as unknown as Iterable<readonly SQLOutputValue[]>
  return { columns, rows }
}

/** What a person may have meant by a name that is not there, or what there is. */
function hintOf(message: string, db: DatabaseSync): string {
  const [, kind, name = ''] = /^no such (table|column): (?:\w+\.)?(\S+)/.exec(message) ?? []
  if (kind === undefined) return ''
  const views = Object.keys(VIEWS)
  const near = nearest(name, kind === 'table' ? views : columnsOf(views, db))
  if (near !== undefined) return ` (did you mean ${near}?)`
  return kind === 'table' ? ` (there are ${views.join(', ')})` : ' (SELECT * shows all columns)'
}

function columnsOf(views: readonly string[], db: DatabaseSync): string[] {
  db.setAuthorizer(null)
  return views.flatMap((view) =>
    db
      .prepare(`SELECT * FROM ${view} LIMIT 0`)
      .columns()
      .map(({ name }) => name),
  )
}
