import type { Clock } from '../../lib/clock.ts'
import type { Turns } from './turns.ts'

/** Longer than any question takes: who holds a turn so long has died with it. */
const LEASE_S = 30
/** How long a wait may be before dead holders are looked for. */
const LOOK_MS = 1000
const EPOCH_MS = Date.UTC(2026, 0)

/** Questions of all readers of a process at once. With the writer's one: four at most. */
export const MOST_READS = 3

/** What the threads of a process share to keep to `MOST_READS`. */
export function roomForReads(): SharedArrayBuffer {
  return new SharedArrayBuffer((MOST_READS + 1) * Int32Array.BYTES_PER_ELEMENT)
}

/**
 * Turns of all threads together. The room's first number changes whenever a turn is given back; each
 * of the others is a turn: 0 while it is free, else the second at which it falls free by itself.
 */
export class SharedTurns implements Turns {
  readonly #room: Int32Array<SharedArrayBuffer>
  readonly #clock: Clock

  constructor(room: SharedArrayBuffer, clock: Clock) {
    this.#room = new Int32Array(room)
    this.#clock = clock
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    const turn = await this.#turn()
    try {
      return await work()
    } finally {
      Atomics.compareExchange(this.#room, turn.index, turn.until, 0)
      Atomics.add(this.#room, 0, 1)
      Atomics.notify(this.#room, 0, 1)
    }
  }

  async #turn(): Promise<{ readonly index: number; readonly until: number }> {
    for (;;) {
      const given = Atomics.load(this.#room, 0)
      const now = Math.floor((this.#clock.now() - EPOCH_MS) / 1000)
      const until = now + LEASE_S
      for (let index = 1; index < this.#room.length; index++) {
        const held = Atomics.load(this.#room, index)
        if (held >= now && held !== 0) continue
        const before = Atomics.compareExchange(this.#room, index, held, until)
        if (before === held) return { index, until }
      }
      await Atomics.waitAsync(this.#room, 0, given, LOOK_MS).value
    }
  }
}
