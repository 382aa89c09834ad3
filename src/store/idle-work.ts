/** Pause between two slices at least, in ms: what came meanwhile is written first. */
const PAUSE_MS = 20

/** When there was nothing to do. */
const REST_MS = 60_000

/** Work in small slices between other work, at most half of the time. Keeps no process alive. */
export class IdleWork {
  readonly #slice: () => boolean
  #next: NodeJS.Timeout | undefined

  /** One call of `slice` is short; it returns whether there is more to do. */
  constructor(slice: () => boolean) {
    this.#slice = slice
  }

  /** There may be something to do. */
  start(afterMs = PAUSE_MS): void {
    if (this.#next !== undefined) return
    this.#next = setTimeout(() => this.#run(), afterMs)
    this.#next.unref()
  }

  stop(): void {
    clearTimeout(this.#next)
    this.#next = undefined
  }

  #run(): void {
    this.#next = undefined
    const startedMs = performance.now()
    const more = this.#slice()
    this.start(more ? Math.max(PAUSE_MS, performance.now() - startedMs) : REST_MS)
  }
}
