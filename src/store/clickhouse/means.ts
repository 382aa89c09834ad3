import type { Row } from '../row.ts'
import type { Params } from './connection.ts'
import type { Ask } from './queries.ts'

/** The means of one batch; what is told the same `step` again changes nothing. */
export interface Means {
  readonly ask: Ask
  insert(table: string, rows: readonly Row[], step: string): Promise<void>
  command(query: string, params: Params, step: string): Promise<void>
}
