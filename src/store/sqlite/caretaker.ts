import type { Clock } from '../../lib/clock.ts'
import type { Retention } from '../retention.ts'
import type { HotFile } from './hot-file.ts'
import { partOf, type PayloadFiles, type Place } from './payload-files.ts'

const DAY_MS = 86_400_000
/** When all was well the last time, bounds are looked at again after this. */
const LOOK_AGAIN_US = 30_000_000

/** Does what can wait, in short pieces, between batches. */
export class Caretaker {
  readonly #hot: HotFile
  readonly #payloads: PayloadFiles
  readonly #retention: Retention
  readonly #clock: Clock
  #lookUs = Number.NEGATIVE_INFINITY

  constructor(of: {
    readonly hot: HotFile
    readonly payloads: PayloadFiles
    readonly retention: Retention
    readonly clock: Clock
  }) {
    this.#hot = of.hot
    this.#payloads = of.payloads
    this.#retention = of.retention
    this.#clock = of.clock
  }

  /** One piece. False when there is nothing to do for now. */
  step(): boolean {
    if (this.#hot.cutLog()) return true
    // Rows must not go before they are in the sums.
    if (this.#hot.catchUp() || this.#hot.closeHour(this.#clock.now())) return true
    if (this.#clock.us() >= this.#lookUs) {
      if (this.#forgetOld() || this.#forgetMuch()) return true
      this.#lookUs = this.#clock.us() + LOOK_AGAIN_US
    }
    return this.#hot.trash((trash) => trash.shrink())
  }

  /** Whole weeks of texts first, which costs nothing; then rows, and the texts of those. */
  #forgetOld(): boolean {
    const { maxDays } = this.#retention
    if (maxDays === null) return false
    const before = this.#clock.now() - maxDays * DAY_MS
    const [oldest] = this.#payloads.parts()
    if (oldest !== undefined && oldest < partOf(before)) {
      this.#payloads.remove(oldest)
      return true
    }
    return this.#forgetTexts(this.#hot.trash((trash) => trash.deleteBefore(before)))
  }

  /** Weeks of texts, but for the newest; then the oldest texts of that; then rows. */
  #forgetMuch(): boolean {
    const { maxBytes } = this.#retention
    if (maxBytes === null) return false
    const parts = this.#payloads.parts()
    const rowBytes = this.#hot.usedBytes()
    if (rowBytes + this.#payloads.bytes() <= maxBytes) return false
    const [oldest, ...others] = parts
    if (oldest !== undefined && others.length > 0) {
      this.#payloads.remove(oldest)
      return true
    }
    if (oldest !== undefined && this.#payloads.removeOldest(oldest)) return true
    return this.#forgetTexts(this.#hot.trash((trash) => trash.deleteOldest()))
  }

  /** Of rows that are gone. */
  #forgetTexts(places: readonly Place[] | null): boolean {
    this.#payloads.removeSegments(places ?? [])
    return places !== null
  }
}
