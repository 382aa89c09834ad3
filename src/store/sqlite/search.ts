import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { LogFilter } from '../../domain/log-query.ts'
import type { Budget } from '../budget.ts'
import { compileFilter, type Sql } from './filter.ts'
import { SLOT_MS } from './hot-schema.ts'
import { readNumber, type Row } from '../row.ts'

/**
 * Rows looked at in one step. SQLite cannot be interrupted from JavaScript, so no step may be long:
 * a search walks over the log in steps of this many and looks at the clock in between.
 */
const STEP = 50_000
/**
 * How long rows are looked through for one page: the thread has other questions to answer, and the
 * next page goes on where this one stopped.
 */
const LOOKING_MS = 2000
/** Rows handed out at once where each is looked at further. */
const BATCH = 256

export type Direction = 'newer' | 'older'

export interface Found {
  readonly seqs: readonly number[]
  /** The last seq that was looked at; null when it was the last one there is. */
  readonly stoppedAt: number | null
}

/** A filter over one state of the log, walked in steps. */
export class Search {
  readonly #db: DatabaseSync
  readonly #budget: Budget
  readonly #condition: Sql
  readonly #first: number
  readonly #last: number

  constructor(
    db: DatabaseSync,
    filter: LogFilter,
    budget: Budget,
    condition = compileFilter(filter),
  ) {
    this.#db = db
    this.#budget = budget
    this.#condition = condition
    const { first, last } = boundsOf(db, filter)
    this.#first = first
    this.#last = last
  }

  /** No more rows than this can match. */
  get mostRows(): number {
    return Math.max(0, this.#last - this.#first + 1)
  }

  /**
   * Up to `limit` matching seqs beyond `from`, nearest first; from the end when it is null. When the
   * time is up, what was found so far.
   */
  seqs(direction: Direction, from: number | null, limit: number): Found {
    const found: number[] = []
    const patience = this.#budget.atMost(LOOKING_MS)
    const order = direction === 'older' ? 'DESC' : 'ASC'
    for (const step of this.#steps(direction, from)) {
      const rows = this.#run(step, {
        select: 'SELECT i.seq FROM inference i',
        rest: { text: `ORDER BY i.seq ${order} LIMIT ?`, values: [limit - found.length] },
      })
      for (const row of rows) found.push(readNumber(row, 'seq'))
      if (found.length >= limit) return { seqs: found, stoppedAt: found.at(-1) ?? null }
      const [low, high] = step
      const isLast = direction === 'older' ? low <= this.#first : high >= this.#last
      if (patience.isSpent && !isLast) {
        return { seqs: found, stoppedAt: direction === 'older' ? low : high }
      }
    }
    return { seqs: found, stoppedAt: null }
  }

  /** Matching rows beyond `from` and their payloads' places, nearest first, and how far that went. */
  *batches(
    direction: Direction,
    from: number | null,
    select: Sql,
  ): Generator<{ readonly rows: readonly Row[]; readonly end: number }> {
    const isOlder = direction === 'older'
    const query = {
      select: `SELECT i.seq, i.id, i.part, i.segment, i.segment_index ${select.text}
        FROM inference i`,
      selected: select.values,
      rest: { text: `ORDER BY i.seq ${isOlder ? 'DESC' : 'ASC'} LIMIT ?`, values: [BATCH] },
    }
    for (const [low, high] of this.#steps(direction, from)) {
      const end = isOlder ? low : high
      for (let at = isOlder ? high : low; ;) {
        const rows = this.#run(isOlder ? [low, at] : [at, high], query)
        const last = rows.at(-1)
        if (last === undefined || rows.length < BATCH) {
          yield { rows, end }
          break
        }
        const seq = readNumber(last, 'seq')
        yield { rows, end: seq }
        at = isOlder ? seq - 1 : seq + 1
      }
    }
  }

  /** Rows of `select` for each step, over the whole of the filter. */
  *rows(select: Sql, rest: Sql): Generator<readonly Row[]> {
    for (const step of this.#steps('older', null)) {
      yield this.#run(step, { select: select.text, selected: select.values, rest })
    }
  }

  #run(
    [low, high]: readonly [number, number],
    query: { select: string; selected?: readonly SQLInputValue[]; rest: Sql },
  ): Row[] {
    const { text, values } = this.#condition
    return this.#db
      .prepare(`${query.select} WHERE i.seq BETWEEN :low AND :high AND ${text} ${query.rest.text}`)
      .all({ low, high }, ...(query.selected ?? []), ...values, ...query.rest.values)
  }

  *#steps(direction: Direction, from: number | null): Generator<readonly [number, number]> {
    if (direction === 'older') {
      const start = Math.min(this.#last, (from ?? Infinity) - 1)
      for (let high = start; high >= this.#first; high -= STEP) {
        this.#budget.check()
        yield [Math.max(this.#first, high - STEP + 1), high]
      }
      return
    }
    const start = Math.max(this.#first, (from ?? 0) + 1)
    for (let low = start; low <= this.#last; low += STEP) {
      this.#budget.check()
      yield [low, Math.min(this.#last, low + STEP - 1)]
    }
  }
}

/** The seqs among which rows of that time are: `last` before `first` when there are none. */
function boundsOf(db: DatabaseSync, { from, to }: LogFilter): { first: number; last: number } {
  const timed = from !== undefined || to !== undefined
  const row = timed
    ? db
        .prepare(
          `SELECT min(first_seq) AS first, max(last_seq) AS last FROM arrival
           WHERE slot BETWEEN ? AND ?`,
        )
        .get(slotOf(from ?? -8.64e15), slotOf(to ?? 8.64e15))
    : db
        .prepare(
          `SELECT (SELECT min(seq) FROM inference) AS first,
             (SELECT max(seq) FROM inference) AS last`,
        )
        .get()
  const first = row?.['first']
  const last = row?.['last']
  if (typeof first !== 'number' || typeof last !== 'number') return { first: 1, last: 0 }
  return { first, last }
}

function slotOf(ms: number): number {
  return Math.floor(ms / SLOT_MS)
}
