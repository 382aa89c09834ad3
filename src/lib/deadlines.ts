import { Bag, type Held } from './bag.ts'
import type { Clock } from './clock.ts'

/** Something that must happen before a time. Move `atUs` to extend it. */
export interface Deadline extends Held {
  /** On the monotonic clock. */
  atUs: number
  expire(): void
}

const TICK_MS = 25

/**
 * One coarse timer for every time limit of every request: a limit costs an addition to a list, and
 * moving it costs an assignment. Runs only while there are limits. Accurate to about 25 ms.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #pending = new Bag<Deadline>()
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(deadline: Deadline): void {
    this.#pending.add(deadline)
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS)
  }

  remove(deadline: Deadline): void {
    this.#pending.delete(deadline)
  }

  /** Lets work go on for so long: then `expire` is to end it. */
  async during<T>(ms: number, expire: () => void, work: Promise<T>): Promise<T> {
    const deadline = { place: -1, atUs: this.#clock.us() + ms * 1000, expire }
    this.add(deadline)
    try {
      return await work
    } finally {
      this.remove(deadline)
    }
  }

  #tick(): void {
    const now = this.#clock.us()
    for (const deadline of this.#pending.all()) {
      if (deadline.place < 0 || deadline.atUs > now) continue
      this.#pending.delete(deadline)
      deadline.expire()
    }
    // Stopped by the tick, not by `remove`, so that steady traffic does not start and stop it.
    if (this.#pending.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
