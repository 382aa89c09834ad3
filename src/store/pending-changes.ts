import type { Json } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Change, ChangeOutcome } from './changes.ts'

/** A change from when it is asked for until its answer is there. */
export interface PendingChange {
  readonly change: Change
  /** How many drafts were added before it. */
  readonly after: number
  readonly resolve: (result: Json) => void
  readonly reject: (error: GatewayError) => void
}

const MOST_WAITING = 10_000
const MOST_AT_ONCE = 500

/** Changes in order, and who waits for them. */
export class PendingChanges {
  #waiting: PendingChange[] = []

  get waiting(): number {
    return this.#waiting.length
  }

  add(change: Change, after: number): Promise<Json> {
    if (this.#waiting.length >= MOST_WAITING) {
      return Promise.reject(unwritable('more is waiting than can be written'))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, after, resolve, reject })
    })
  }

  /** Those that may be written now that so many drafts are on their way. */
  take(drafts: number): PendingChange[] {
    const early = this.#waiting.findIndex(({ after }) => after > drafts)
    const ready = early === -1 ? this.#waiting.length : early
    return this.#waiting.splice(0, Math.min(ready, MOST_AT_ONCE))
  }

  /** What is not sent yet is given up. */
  refuse(why: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(unwritable(why))
  }
}

export function settle(changes: readonly PendingChange[], outcomes: readonly ChangeOutcome[]) {
  for (const [index, { resolve, reject }] of changes.entries()) {
    const outcome = outcomes[index]
    if (outcome === undefined) reject(unwritable('it did not answer'))
    else if ('error' in outcome) reject(unwritable(outcome.error))
    else resolve(outcome.result)
  }
}

export function unwritable(why: string): GatewayError {
  return new GatewayError('overloaded', `The store could not write this: ${why}. Try again.`, {
    retryAfterS: 1,
  })
}
