import { backoffMs } from '../../lib/backoff.ts'
import { type RemoteEngine, RemoteFault } from './engine.ts'

/** After it, nobody waits for the server any more, though it may still answer. */
const LATE_MS = 1000
const LONGEST_WRITE_MS = 30_000
/** A migration may rewrite a large table. */
const LONGEST_OPENING_MS = 600_000
const LEAST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000

export interface LinkOptions {
  readonly engine: RemoteEngine
  readonly random: () => number
  /** Something is to be looked at again: a call takes long, or a pause is over. */
  readonly changed: () => void
}

export type Called<T> = { readonly value: T } | { readonly fault: RemoteFault }

/** The way to the server: one call at a time, and opened again and again after it was lost. */
export class Link {
  readonly #options: LinkOptions
  #state: 'new' | 'up' | 'away' = 'new'
  #fault: RemoteFault | null = null
  #call: Promise<unknown> | null = null
  #late = false
  #failures = 0
  #pause: NodeJS.Timeout | undefined

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get state(): 'new' | 'up' | 'away' {
    return this.#state
  }

  /** Why it is away. */
  get fault(): RemoteFault | null {
    return this.#fault
  }

  /** A call has been under way for so long that nobody should wait for it. */
  get late(): boolean {
    return this.#late
  }

  /** May be called now. */
  get idle(): boolean {
    return this.#state === 'up' && this.#call === null
  }

  /** Begins to open it, unless it is open, being opened, or paused after a failure. */
  open(): void {
    if (this.#state === 'up' || this.#call !== null || this.#pause !== undefined) return
    const { engine, changed } = this.#options
    void this.#run((signal) => engine.open(signal), LONGEST_OPENING_MS).then((opened) => {
      if ('value' in opened) {
        this.#state = 'up'
        this.#fault = null
      }
      changed()
    })
  }

  /** Never throws. After any fault but the data's it is away. */
  async call<T>(work: (signal: AbortSignal) => Promise<T>): Promise<Called<T>> {
    const called = await this.#run(work, LONGEST_WRITE_MS)
    if ('value' in called) this.#failures = 0
    return called
  }

  /** Waits a moment for a call that is under way, then ends all connections. */
  async close(withinMs: number): Promise<void> {
    clearTimeout(this.#pause)
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, withinMs)
    await Promise.race([this.#call, promise])
    clearTimeout(timer)
    await this.#options.engine.close()
  }

  async #run<T>(work: (signal: AbortSignal) => Promise<T>, mostMs: number): Promise<Called<T>> {
    const call = work(AbortSignal.timeout(mostMs)).then(
      (value): Called<T> => ({ value }),
      (thrown: unknown): Called<T> => ({ fault: this.#asFault(thrown) }),
    )
    this.#call = call
    const timer = setTimeout(() => {
      this.#late = true
      this.#options.changed()
    }, LATE_MS)
    const called = await call
    clearTimeout(timer)
    this.#call = null
    this.#late = false
    if ('fault' in called && called.fault.kind !== 'data') this.#lost(called.fault)
    return called
  }

  #lost(fault: RemoteFault): void {
    this.#state = 'away'
    this.#fault = fault
    const pause =
      LEAST_PAUSE_MS + backoffMs(this.#failures++, LONGEST_PAUSE_MS, this.#options.random)
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      this.#options.changed()
    }, pause)
  }

  #asFault(thrown: unknown): RemoteFault {
    if (thrown instanceof RemoteFault) return thrown
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    return new RemoteFault('away', `${this.#options.engine.name} failed: ${why}.`, thrown)
  }
}
