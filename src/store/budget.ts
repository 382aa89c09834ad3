import { GatewayError } from '../domain/errors.ts'
import type { Clock } from '../lib/clock.ts'

/** The time a query may take. Asked between its steps, each of which is short. */
export class Budget {
  readonly #clock: Clock
  readonly #untilUs: number

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#untilUs = clock.us() + ms * 1000
  }

  /** At least 1. */
  get leftMs(): number {
    return Math.max(1, Math.ceil((this.#untilUs - this.#clock.us()) / 1000))
  }

  get isSpent(): boolean {
    return this.#clock.us() >= this.#untilUs
  }

  /** A part of it. */
  atMost(ms: number): Budget {
    return new Budget(this.#clock, Math.min(ms, this.leftMs))
  }

  check(): void {
    if (!this.isSpent) return
    throw tooSlow()
  }
}

export function tooSlow(): GatewayError {
  return new GatewayError(
    'internal',
    'This search takes too long. Narrow it: a shorter time, a function, a model or a tag.',
  )
}
