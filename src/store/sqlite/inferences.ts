import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { timeOfUuidV7 } from '../../domain/ids.ts'
import type { InferenceOrder, InferencePage, InferenceQuery } from '../../domain/inference-query.ts'
import type { Budget } from '../budget.ts'
import type { FoundInference } from '../inference-reads.ts'
import type { Sql } from './filter.ts'
import { allOf, conditionOf, sql, valueOf } from './inference-condition.ts'
import { fewRows, walkById, walkByValue } from './inference-walks.ts'
import type { Library } from './library.ts'
import { readFound, timesFound } from './native-rows.ts'
import { readNumber, type Row } from '../row.ts'
import { decodeId, encodeId } from './values.ts'
import { alongIndex, figuresAlong, type Walk, type Walking } from './walk.ts'

/** A row that the query finds, with what the order goes by. */
interface Match {
  readonly seq: number
  readonly id: string
  /** A value for each term of the order; null comes last. */
  readonly values: readonly (number | null)[]
}

/** One query over one state of the store, within a budget. */
export class InferenceSearch {
  readonly #library: Library
  readonly #db: DatabaseSync
  readonly #budget: Budget
  readonly #query: InferenceQuery
  readonly #condition: Sql
  readonly #few: readonly number[] | null

  constructor(library: Library, db: DatabaseSync, budget: Budget, query: InferenceQuery) {
    this.#library = library
    this.#db = db
    this.#budget = budget
    this.#query = query
    this.#condition = conditionOf(query)
    this.#few = fewRows(db, query)
  }

  page(page: InferencePage): FoundInference[] {
    const { offset = 0, limit, after } = page
    const found = this.#first(page, offset + limit).slice(offset)
    if (after !== undefined) found.reverse()
    return found.map(({ seq }) => readFound(this.#library, this.#db, seq, this.#query.demonstrated))
  }

  count(): number {
    let total = 0
    if (this.#query.search !== undefined) {
      for (const _ of this.#matches(this.#source({}, true), [])) total++
      return total
    }
    for (const row of this.#figures('count(*) AS count')) total += readNumber(row, 'count')
    return total
  }

  #figures(select: string): Iterable<Row> {
    const source = this.#source({}, true)
    if ('keys' in source) {
      return figuresAlong(this.#along(source), { select, condition: this.#condition })
    }
    const { text, values } = allOf([source, this.#condition])
    return this.#db.prepare(`SELECT ${select} FROM inference i WHERE ${text}`).all(...values)
  }

  /** The first `count` matches in the order of the page; of `after`, the other way round. */
  #first(page: InferencePage, count: number): Match[] {
    const { order, after } = page
    const [first] = order
    if (first === undefined || first.by === 'time') {
      const descending = (first?.descending ?? true) === (after === undefined)
      return this.#take(this.#matches(this.#source(page, descending), [], count), count)
    }
    if (this.#few === null && order.length === 1 && isByIndex(first)) {
      return this.#byValue(first, count)
    }
    return top(this.#matches(this.#source(page, true), order), order, count)
  }

  /** Those with the metric along its values, then those without. */
  #byValue(order: Extract<InferenceOrder, { by: 'metric' }>, count: number): Match[] {
    const byValue = walkByValue(order, order.descending)
    const found = this.#take(this.#matches(byValue, [], count), count)
    if (found.length === count) return found
    const value = valueOf(order)
    const unknown = sql(`${value.text} IS NULL`, ...value.values)
    const rest = this.#matches(this.#source({}, true), [], count - found.length, unknown)
    return [...found, ...this.#take(rest, count - found.length)]
  }

  #take(matches: Iterable<Match>, count: number): Match[] {
    const found: Match[] = []
    if (count <= 0) return found
    for (const match of matches) {
      found.push(match)
      if (found.length >= count) break
    }
    return found
  }

  /** Where rows come from: an index, or the few that there are. */
  #source(
    cursors: Pick<InferencePage, 'before' | 'after'>,
    descending: boolean,
  ): Walk | (Sql & { readonly descending: boolean }) {
    if (this.#few === null) return walkById(this.#query, cursors, descending)
    const { before, after } = cursors
    const few = allOf([
      sql('i.seq IN (SELECT value FROM json_each(?))', JSON.stringify(this.#few)),
      ...(before === undefined ? [] : [sql('i.id < ?', encodeId(before))]),
      ...(after === undefined ? [] : [sql('i.id > ?', encodeId(after))]),
    ])
    return { ...few, descending }
  }

  /** `wanted`: no more than so many are asked for; not known where texts decide. */
  *#matches(
    source: Walk | (Sql & { readonly descending: boolean }),
    order: readonly InferenceOrder[],
    wanted = -1,
    extra?: Sql,
  ): Generator<Match> {
    const { search } = this.#query
    let left = wanted
    for (const rows of this.#rows(source, order, extra, () => (search === undefined ? left : -1))) {
      for (const row of rows) {
        const times = search === undefined ? 0 : this.#timesFound(row, search)
        if (times === 0 && search !== undefined) continue
        yield matchOf(row, order, times)
        left--
      }
    }
  }

  #rows(
    source: Walk | (Sql & { readonly descending: boolean }),
    order: readonly InferenceOrder[],
    extra: Sql | undefined,
    more: () => number,
  ): Iterable<readonly Row[]> {
    const { select, selected } = selectFor(order)
    const condition = extra ? allOf([this.#condition, extra]) : this.#condition
    if ('keys' in source) {
      return alongIndex(this.#along(source), { select, selected, condition }, more)
    }
    const { text, values } = allOf([source, condition])
    const direction = source.descending ? 'DESC' : 'ASC'
    const statement = this.#db.prepare(
      `SELECT ${select} FROM inference i WHERE ${text} ORDER BY i.id ${direction} LIMIT ?`,
    )
    return [statement.all(...selected, ...values, more())]
  }

  #along(walk: Walk): Walking {
    return { db: this.#db, walk, budget: this.#budget }
  }

  #timesFound(row: Row, search: string): number {
    this.#budget.check()
    return timesFound(this.#library, row, search)
  }
}

function isByIndex(order: InferenceOrder): order is Extract<InferenceOrder, { by: 'metric' }> {
  return order.by === 'metric' && order.level === 'inference'
}

function selectFor(order: readonly InferenceOrder[]): {
  select: string
  selected: readonly SQLInputValue[]
} {
  const values = order.flatMap((term, index) =>
    term.by === 'metric' ? [{ ...valueOf(term), name: `v${index}` }] : [],
  )
  const own = 'i.seq, i.id, i.part, i.segment, i.segment_index'
  return {
    select: [own, ...values.map(({ text, name }) => `${text} AS ${name}`)].join(', '),
    selected: values.flatMap((value) => value.values),
  }
}

function matchOf(row: Row, order: readonly InferenceOrder[], times: number): Match {
  const id = decodeId(row['id'])
  const values = order.map((term, index) => {
    if (term.by === 'relevance') return times
    if (term.by === 'time') return Math.floor(timeOfUuidV7(id) / 1000)
    const value = row[`v${index}`]
    return typeof value === 'number' ? value : null
  })
  return { seq: readNumber(row, 'seq'), id, values }
}

/** More than are wanted, so that they are sorted only now and then. */
const SPARE = 5000

function top(matches: Iterable<Match>, order: readonly InferenceOrder[], count: number): Match[] {
  let best: Match[] = []
  for (const match of matches) {
    best.push(match)
    if (best.length > count + SPARE) best = sorted(best, order).slice(0, count)
  }
  return sorted(best, order).slice(0, count)
}

function sorted(matches: readonly Match[], order: readonly InferenceOrder[]): Match[] {
  return matches.toSorted((one, other) => {
    for (const [index, { descending }] of order.entries()) {
      const [a, b] = [one.values[index] ?? null, other.values[index] ?? null]
      if (a === b) continue
      if (a === null || b === null) return a === null ? 1 : -1
      return descending ? b - a : a - b
    }
    return one.id < other.id ? 1 : -1
  })
}
