/** Pause between two slices at least, in ms: what came meanwhile is written first. */
const PAUSE_MS = 20

/** When there was nothing to do. */
const REST_MS = 60_000

/** Work in small slices between other work, at most half of the time. Keeps no process alive. */
export class IdleWork {
  readonly #slice: () => boolean | Promise<boolean>
  #next: NodeJS.Timeout | undefined
  #running = false
  /** It was started again while it ran. */
  #wanted = false
  #stopped = false

  /** One call of `slice` is short; it returns whether there is more to do. */
  constructor(slice: () => boolean | Promise<boolean>) {
    this.#slice = slice
  }

  /** There may be something to do. */
  start(afterMs = PAUSE_MS): void {
    this.#stopped = false
    this.#wanted = true
    if (this.#next !== undefined || this.#running) return
    this.#next = setTimeout(() => void this.#run(), afterMs)
    this.#next.unref()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#next)
    this.#next = undefined
  }

  async #run(): Promise<void> {
    this.#next = undefined
    this.#running = true
    this.#wanted = false
    const startedMs = performance.now()
    const more = await this.#slice()
    this.#running = false
    if (this.#stopped) return
    const pauseMs = Math.max(PAUSE_MS, performance.now() - startedMs)
    this.start(more || this.#wanted ? pauseMs : REST_MS)
  }
}
