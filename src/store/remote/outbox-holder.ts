import { mkdirSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../lib/clock.ts'
import { setAside } from '../sqlite/engine.ts'
import { asFault, guarded, type StoreFault } from '../sqlite/fault.ts'
import { lockDirectory } from '../sqlite/lock.ts'
import { Outbox } from './outbox.ts'

const REOPEN_US = 1_000_000
const MOST_SET_ASIDE = 5

/** The outbox, opened again after a fault. Without it the server is still written to. */
export class OutboxHolder {
  readonly #dataDir: string
  readonly #maxBytes: number
  readonly #clock: Clock
  readonly #note: (text: string) => void
  #lock: DatabaseSync | undefined
  #outbox: Outbox | null = null
  #fault: StoreFault | null = null
  #reopenUs = Number.NEGATIVE_INFINITY
  #setAside = 0

  constructor(of: {
    readonly dataDir: string
    readonly maxBytes: number
    readonly clock: Clock
    /** What stays true until the process ends. */
    readonly note: (text: string) => void
  }) {
    this.#dataDir = of.dataDir
    this.#maxBytes = of.maxBytes
    this.#clock = of.clock
    this.#note = of.note
  }

  /** Why there is none at the moment. */
  get fault(): StoreFault | null {
    return this.#fault
  }

  /** Null while it cannot be used. */
  get(): Outbox | null {
    if (this.#outbox !== null || this.#clock.us() < this.#reopenUs) return this.#outbox
    try {
      this.#lock ??= this.#takeDirectory()
      this.#outbox = new Outbox(this.#dataDir, this.#maxBytes)
      this.#fault = null
    } catch (thrown) {
      this.failed(thrown)
    }
    return this.#outbox
  }

  /** It is closed, and opened again later; a damaged one is set aside. */
  failed(thrown: unknown): void {
    const fault = asFault(thrown, this.#dataDir)
    this.#drop(false)
    this.#fault = fault
    this.#reopenUs = this.#clock.us() + REOPEN_US
    if (fault.kind !== 'corrupt' || this.#setAside++ >= MOST_SET_ASIDE) return
    try {
      const aside = setAside(fault.path, this.#clock.now())
      this.#note(`${fault.path} was damaged. It is kept as ${aside}; a new file is used.`)
      this.#reopenUs = Number.NEGATIVE_INFINITY
    } catch (another) {
      this.#fault = asFault(another, fault.path)
    }
  }

  close(): void {
    this.#drop(true)
    this.#lock?.close()
  }

  #takeDirectory(): DatabaseSync {
    guarded(this.#dataDir, () => mkdirSync(this.#dataDir, { recursive: true, mode: 0o700 }))
    return lockDirectory(this.#dataDir)
  }

  #drop(clean: boolean): void {
    try {
      this.#outbox?.close(clean)
    } catch {
      // What was added is in the log beside the file, and the next start reads it.
    }
    this.#outbox = null
  }
}
