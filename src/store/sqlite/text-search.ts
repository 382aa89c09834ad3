import type { DatabaseSync } from 'node:sqlite'
import type { LogFilter } from '../../domain/log-query.ts'
import type { Budget } from '../budget.ts'
import { compileTextFilter, textsOf } from './filter.ts'
import type { Library } from './library.ts'
import { decodePayload } from './payload.ts'
import { placeOf } from './payload-files.ts'
import { wordsIn, type Words, wordsOf } from './payload-words.ts'
import { type Direction, type Found, Search } from './search.ts'
import { readNumber, type Row } from '../row.ts'
import { decodeId } from './values.ts'

/**
 * How long whole texts are read for one answer: the thread has other questions to answer, and the
 * next page goes on where this one stopped.
 */
const READING_MS = 2000

export function asksForText({ terms }: LogFilter): boolean {
  return terms.some(({ field }) => field === 'text')
}

/**
 * A filter that asks for text. SQL tells which rows can match, and which do already by what is in
 * the row; for the others the whole of input and output is read, row by row. Neighbours are in the
 * same frame, which the library has at hand.
 */
export class TextSearch {
  readonly #library: Library
  readonly #search: Search
  readonly #budget: Budget
  readonly #wanted: readonly Words[]
  readonly #unwanted: readonly Words[]
  readonly #select: ReturnType<typeof compileTextFilter>['select']

  constructor(library: Library, db: DatabaseSync, filter: LogFilter, budget: Budget) {
    const { condition, select } = compileTextFilter(filter)
    this.#library = library
    this.#search = new Search(db, filter, budget, condition)
    this.#budget = budget.atMost(READING_MS)
    this.#wanted = textsOf(filter, false).map(wordsOf)
    this.#unwanted = textsOf(filter, true).map(wordsOf)
    this.#select = select
  }

  /** As `Search.seqs`; but when the time is up, what was found so far. */
  seqs(direction: Direction, from: number | null, limit: number): Found {
    const seqs: number[] = []
    for (const { rows, end } of this.#search.batches(direction, from, this.#select)) {
      for (const row of rows) {
        const seq = readNumber(row, 'seq')
        if (this.#matches(row)) seqs.push(seq)
        if (seqs.length >= limit || this.#budget.isSpent) return { seqs, stoppedAt: seq }
      }
      if (this.#budget.isSpent) return { seqs, stoppedAt: end }
    }
    return { seqs, stoppedAt: null }
  }

  #matches(row: Row): boolean {
    const missing = this.#wanted.filter((_, index) => row[`in_row_${index}`] !== 1)
    if (missing.length === 0 && this.#unwanted.length === 0) return true
    const words = [...missing, ...this.#unwanted]
    const id = decodeId(row['id'])
    const found = this.#library.read(placeOf(row), (document) =>
      wordsIn(document, words, (whole) => decodePayload(whole, id)),
    )
    return (
      missing.every((one) => found?.has(one) === true) &&
      !this.#unwanted.some((one) => found?.has(one) === true)
    )
  }
}
