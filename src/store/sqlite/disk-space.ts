import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../lib/clock.ts'

/** With less than this, or than a share of a small disk, only what is small is written. */
const LOW_BYTES = 64 * 1024 * 1024
const LOW_SHARE = 1 / 16
/** Given up when the disk is full: room for some thousand rows, and for deleting. */
const RESERVE_BYTES = 1024 * 1024
const RESERVE_SHARE = 1 / 64
const LOOK_AGAIN_US = 1_000_000

export const RESERVE_FILE = 'reserve'

/** Keeps an eye on the room there is, and a little of it back for when there is none. */
export class DiskSpace {
  readonly #dataDir: string
  readonly #clock: Clock
  #lookUs = Number.NEGATIVE_INFINITY
  #isLow = false

  constructor(dataDir: string, clock: Clock) {
    this.#dataDir = dataDir
    this.#clock = clock
  }

  /** Looks once a second at most; a disk that cannot be asked has room. */
  get isLow(): boolean {
    if (this.#clock.us() < this.#lookUs) return this.#isLow
    this.#lookUs = this.#clock.us() + LOOK_AGAIN_US
    try {
      const { bavail, blocks, bsize } = statfsSync(this.#dataDir)
      const low = Math.min(LOW_BYTES, blocks * bsize * LOW_SHARE)
      this.#isLow = bavail * bsize < low
      if (bavail * bsize > 2 * low) this.#setAside(blocks * bsize)
    } catch {
      this.#isLow = false
    }
    return this.#isLow
  }

  /** Gives the reserve up. False when there is none. */
  release(): boolean {
    try {
      if (!existsSync(this.#path)) return false
      rmSync(this.#path)
      return true
    } catch {
      return false
    }
  }

  get #path(): string {
    return join(this.#dataDir, RESERVE_FILE)
  }

  #setAside(diskBytes: number): void {
    if (existsSync(this.#path)) return
    const bytes = Math.floor(Math.min(RESERVE_BYTES, diskBytes * RESERVE_SHARE))
    writeFileSync(this.#path, Buffer.alloc(bytes), { mode: 0o600 })
  }
}
