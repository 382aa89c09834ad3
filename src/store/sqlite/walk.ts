import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Budget } from '../budget.ts'
import type { Sql } from './filter.ts'
import type { Row } from '../row.ts'

/** A path along an index, in its order. */
export interface Walk {
  /** The table and its index: `inference i INDEXED BY …`. */
  readonly table: string
  /** What brings in the row of `inference i`, where that is not the table; else ''. */
  readonly join: string
  /** Where on the index it goes; of the index's columns alone. */
  readonly within: Sql
  /** What can be told by the index alone, before the row is brought in. */
  readonly check: Sql
  /** The columns of the index that tell the order; the last one makes it unique. */
  readonly keys: readonly WalkKey[]
}

interface WalkKey {
  readonly column: string
  readonly descending: boolean
}

/** A walk being done. */
export interface Walking {
  readonly db: DatabaseSync
  readonly walk: Walk
  readonly budget: Budget
}

/**
 * Entries passed in one step. SQLite cannot be interrupted from JavaScript, so no step may be long;
 * the first ones are short because most pages end there.
 */
const FIRST_STEP = 256
const LAST_STEP = 32_768

/** The rows that the condition leaves, step by step; `more` tells how many are still wanted. */
export function* alongIndex(
  walking: Walking,
  query: { readonly select: string; readonly selected: readonly SQLInputValue[]; condition: Sql },
  more: () => number = () => -1,
): Generator<readonly Row[]> {
  const { db, walk } = walking
  const order = orderOf(walk)
  for (const part of steps(walking)) {
    yield db
      .prepare(
        `SELECT ${query.select} FROM ${walk.table} ${walk.join}
         WHERE ${part.text} AND ${walk.check.text} AND ${query.condition.text} ${order} LIMIT ?`,
      )
      .all(
        ...query.selected,
        ...part.values,
        ...walk.check.values,
        ...query.condition.values,
        more(),
      )
  }
}

/** A figure of each step, such as a count. */
export function* figuresAlong(
  walking: Walking,
  query: { readonly select: string; readonly condition: Sql },
): Generator<Row> {
  const { db, walk } = walking
  for (const part of steps(walking)) {
    const row = db
      .prepare(
        `SELECT ${query.select} FROM ${walk.table} ${walk.join}
         WHERE ${part.text} AND ${walk.check.text} AND ${query.condition.text}`,
      )
      .get(...part.values, ...walk.check.values, ...query.condition.values)
    if (row !== undefined) yield row
  }
}

function* steps({ db, walk, budget }: Walking): Generator<Sql> {
  const { within, table, keys } = walk
  const columns = keys.map(({ column }, index) => `${column} AS k${index}`).join(', ')
  let start = within
  for (let size = FIRST_STEP; ; size = Math.min(size * 8, LAST_STEP)) {
    budget.check()
    const last = db
      .prepare(
        `SELECT ${columns} FROM ${table} WHERE ${start.text} ${orderOf(walk)} LIMIT 1 OFFSET ?`,
      )
      .get(...start.values, size - 1)
    if (last === undefined) {
      yield start
      return
    }
    const values = keys.map((_, index) => last[`k${index}`] ?? null)
    yield both(start, beside(keys, values, 'up to'))
    start = both(within, beside(keys, values, 'beyond'))
  }
}

function orderOf({ keys }: Walk): string {
  const columns = keys.map(({ column, descending }) => `${column} ${descending ? 'DESC' : 'ASC'}`)
  return `ORDER BY ${columns.join(', ')}`
}

/** The part of the index up to an entry, that one with it, or beyond it. */
function beside(
  keys: readonly WalkKey[],
  values: readonly SQLInputValue[],
  side: 'up to' | 'beyond',
): Sql {
  const [key, ...rest] = keys
  const [value = null, ...others] = values
  if (key === undefined) return { text: side === 'up to' ? '1' : '0', values: [] }
  const forwards = key.descending === (side === 'beyond') ? '<' : '>'
  const { text, values: inner } = beside(rest, others, side)
  const { column } = key
  return {
    text: `(${column} ${forwards}= ? AND (${column} ${forwards} ? OR ${text}))`,
    values: [value, value, ...inner],
  }
}

function both(one: Sql, other: Sql): Sql {
  return { text: `${one.text} AND ${other.text}`, values: [...one.values, ...other.values] }
}
