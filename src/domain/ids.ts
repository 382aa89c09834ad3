import type { Clock } from '../lib/clock.ts'

const POOL_BYTES = 4096

/** Makes UUIDv7s (RFC 9562 §5.7) that never go backwards, even when the clock does. */
export class Ids {
  readonly #clock: Clock
  readonly #fill: (bytes: Uint8Array) => void
  readonly #pool = Buffer.alloc(POOL_BYTES)
  #used = POOL_BYTES
  #lastMs = 0
  /** The 12 bits after the time: a counter within one millisecond. */
  #counter = 0

  constructor(clock: Clock, fill: (bytes: Uint8Array) => void) {
    this.#clock = clock
    this.#fill = fill
  }

  next(): string {
    this.#advance()
    const random = this.#random(10)
    const time = this.#lastMs.toString(16).padStart(12, '0')
    const counter = (0x7000 | this.#counter).toString(16)
    const variant = (0x80 | ((random[0] ?? 0) & 0x3f)).toString(16)
    const rest = random.toString('hex', 1, 8)
    return `${time.slice(0, 8)}-${time.slice(8)}-${counter}-${variant}${rest.slice(0, 2)}-${rest.slice(2)}`
  }

  #advance(): void {
    const now = this.#clock.now()
    if (now > this.#lastMs) {
      this.#lastMs = now
      const [high = 0, low = 0] = this.#random(2)
      // Half the range stays free for counting up.
      this.#counter = ((high << 8) | low) & 0x7ff
      return
    }
    this.#counter++
    if (this.#counter <= 0xfff) return
    this.#lastMs++
    this.#counter = 0
  }

  #random(bytes: number): Buffer {
    if (this.#used + bytes > POOL_BYTES) {
      this.#fill(this.#pool)
      this.#used = 0
    }
    const start = this.#used
    this.#used += bytes
    return this.#pool.subarray(start, this.#used)
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export function isUuid(text: string): boolean {
  return UUID.test(text)
}

export function isUuidV7(text: string): boolean {
  return UUID_V7.test(text)
}

/** The first UUIDv7 of a millisecond. */
export function uuidV7At(ms: number): string {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

/** Milliseconds since 1970 that a UUIDv7 carries. */
export function timeOfUuidV7(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
