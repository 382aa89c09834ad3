/** What a bag can hold. */
export interface Held {
  /** Where in its bag it is; -1: in none. The bag's own note. */
  place: number
}

/**
 * Things that come and go with every request. A `Set` or a `Map` makes a new table every few
 * additions, and its outlived tables keep one another, and all that they last held, in memory until
 * a full collection; here a gap is filled with the last one.
 */
export class Bag<Thing extends Held> {
  readonly #things: Thing[] = []

  get size(): number {
    return this.#things.length
  }

  add(thing: Thing): void {
    if (thing.place >= 0) return
    thing.place = this.#things.length
    this.#things.push(thing)
  }

  delete(thing: Thing): void {
    const { place } = thing
    if (place < 0) return
    thing.place = -1
    const last = this.#things.pop()
    if (last === undefined || last === thing) return
    last.place = place
    this.#things[place] = last
  }

  find(isIt: (thing: Thing) => boolean): Thing | undefined {
    return this.#things.find(isIt)
  }

  /** As they are now: what is done with one may take it, or another, out. */
  all(): Thing[] {
    return [...this.#things]
  }
}
