import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Clients choose some names: what is remembered must not grow with them. */
const MOST_REMEMBERED = 10_000

/** Gives a pair of texts its number in a table, making the row when it is new. */
export class Interner {
  readonly #find: StatementSync
  readonly #make: StatementSync
  /** By the first, then by the second. */
  readonly #known = new Map<string, Map<string, number>>()
  #remembered = 0

  /** Both statements take the pair; both return `id`. */
  constructor(db: DatabaseSync, sql: { find: string; make: string }) {
    this.#find = db.prepare(sql.find)
    this.#make = db.prepare(sql.make)
  }

  number(first: string, second: string): number {
    const known = this.#known.get(first)?.get(second)
    if (known !== undefined) return known
    const row = this.#find.get(first, second) ?? this.#make.get(first, second)
    const id = Number(row?.['id'])
    this.#remember(first, second, id)
    return id
  }

  #remember(first: string, second: string, id: number): void {
    if (this.#remembered >= MOST_REMEMBERED) this.forget()
    const seconds = this.#known.get(first)
    if (seconds === undefined) this.#known.set(first, new Map([[second, id]]))
    else seconds.set(second, id)
    this.#remembered++
  }

  /** After a rollback: rows made in it are gone. */
  forget(): void {
    this.#known.clear()
    this.#remembered = 0
  }
}
