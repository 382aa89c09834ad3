/** Lets so many pieces of work go on at once; the others wait. */
export interface Turns {
  take<T>(work: () => Promise<T>): Promise<T>
}

/** Turns of one thread, given in the order in which they are asked for. */
export class OwnTurns implements Turns {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #taken = 0

  constructor(most: number) {
    this.#most = most
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#most) this.#taken++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // Its place is handed on, so that nobody who comes later overtakes.
      if (next === undefined) this.#taken--
      else next()
    }
  }
}
