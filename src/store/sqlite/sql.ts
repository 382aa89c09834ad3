import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { constants, DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { StoreFault } from './fault.ts'
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
 * wants of the rows before it returns.
 */
export function askSql<T>(dataDir: string, sql: string, use: (answer: Answer) => T): T {
  const path = join(dataDir, HOT_FILE)
  if (!existsSync(path)) throw new StoreFault('other', path, `There are no records in ${path}.`)
  const db = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
  try {
    for (const [name, select] of Object.entries(VIEWS)) {
      db.exec(`CREATE TEMP VIEW ${name} AS ${select}`)
    }
    db.setAuthorizer((action) =>
      ALLOWED.has(action) ? constants.SQLITE_OK : constants.SQLITE_DENY,
    )
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    const columns = statement.columns().map(({ name }) => name)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `setReturnArrays` says so
    const rows = statement.iterate() as unknown as Iterable<readonly SQLOutputValue[]>
    return use({ columns, rows })
  } finally {
    db.close()
  }
}
