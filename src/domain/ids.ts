import type { Clock } from '../lib/clock.ts'

const POOL_BYTES = 4096

/** Makes UUIDv7s (RFC 9562 §5.7) that never go backwards, even when the clock does. */
export class Ids {
  readonly #clock: Clock
  readonly #fill: (bytes: Uint8Array) => void
  readonly #pool = Buffer.alloc(POOL_BYTES)
  #used = POOL_BYTES
  #lastMs = 0
  /** The same as an id has it. */
  #time = timeGroups(0)
  /** The 12 bits after the time: a counter within one millisecond. */
  #counter = 0

  constructor(clock: Clock, fill: (bytes: Uint8Array) => void) {
    this.#clock = clock
    this.#fill = fill
  }

  next(): string {
    this.#advance()
    const at = this.#random(8)
    this.#pool[at] = 0x80 | ((this.#pool[at] ?? 0) & 0x3f)
    const rest = this.#pool.toString('hex', at, at + 8)
    const counter = (0x7000 | this.#counter).toString(16)
    return `${this.#time}-${counter}-${rest.slice(0, 4)}-${rest.slice(4)}`
  }

  #advance(): void {
    const now = this.#clock.now()
    if (now > this.#lastMs) {
      this.#setTime(now)
      // Half the range stays free for counting up.
      this.#counter = this.#pool.readUint16BE(this.#random(2)) & 0x7ff
      return
    }
    this.#counter++
    if (this.#counter <= 0xfff) return
    this.#setTime(this.#lastMs + 1)
    this.#counter = 0
  }

  #setTime(ms: number): void {
    this.#lastMs = ms
    this.#time = timeGroups(ms)
  }

  /** Where so many random bytes stand in the pool. */
  #random(bytes: number): number {
    if (this.#used + bytes > POOL_BYTES) {
      this.#fill(this.#pool)
      this.#used = 0
    }
    const start = this.#used
    this.#used += bytes
    return start
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
  return `${timeGroups(ms)}-7000-8000-000000000000`
}

/** The first two groups of every UUIDv7 of a millisecond. */
export function timeGroups(ms: number): string {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}`
}

/** Milliseconds since 1970 that a UUIDv7 carries. */
export function timeOfUuidV7(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
