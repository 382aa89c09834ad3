import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Clients choose some names: what is remembered must not grow with them. */
const MOST_REMEMBERED = 10_000

/** Gives a pair of texts its number in a table, making the row when it is new. */
export class Interner {
  readonly #find: StatementSync
  readonly #make: StatementSync
  readonly #known = new Map<string, number>()

  /** Both statements take the pair; both return `id`. */
  constructor(db: DatabaseSync, sql: { find: string; make: string }) {
    this.#find = db.prepare(sql.find)
    this.#make = db.prepare(sql.make)
  }

  number(first: string, second: string): number {
    const key = `${first}\0${second}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const row = this.#find.get(first, second) ?? this.#make.get(first, second)
    const id = Number(row?.['id'])
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear()
    this.#known.set(key, id)
    return id
  }

  /** After a rollback: rows made in it are gone. */
  forget(): void {
    this.#known.clear()
  }
}
