import type pg from 'pg'

/** One column of a table: its name, its type, and what a row has there. */
export type Column<Row> = readonly [
  name: string,
  type: 'text' | 'bigint' | 'integer' | 'boolean' | 'jsonb' | 'json' | 'timestamptz' | 'float8',
  read: (row: Row) => string | number | boolean | null,
]

/** Many rows in one statement: an array for each column. */
export class BulkInsert<Row> {
  readonly #columns: readonly Column<Row>[]
  readonly #sql: string

  constructor(table: string, columns: readonly Column<Row>[], rest = '') {
    this.#columns = columns
    const names = columns.map(([name]) => name).join(', ')
    const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')
    this.#sql = `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays}) ${rest}`
  }

  async run(client: pg.ClientBase, rows: readonly Row[]): Promise<Record<string, unknown>[]> {
    if (rows.length === 0) return []
    const values = this.#columns.map(([, , read]) => rows.map(read))
    const result = await client.query<Record<string, unknown>>(this.#sql, values)
    return result.rows
  }
}
