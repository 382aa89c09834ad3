/**
 * Tells those who work on a request that nobody waits for it any more. An `AbortSignal` costs
 * several microseconds a request; this costs a few listeners in a set.
 */
export class Cancellation {
  #reason: Error | undefined
  readonly #listeners = new Set<(reason: Error) => void>()

  get reason(): Error | undefined {
    return this.#reason
  }

  /** Calls every listener once; later calls do nothing. */
  cancel(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    for (const listener of this.#listeners) listener(reason)
    this.#listeners.clear()
  }

  /** Calls `listener` on cancellation, at once when it has happened. Returns how to stop listening. */
  listen(listener: (reason: Error) => void): () => void {
    if (this.#reason !== undefined) {
      listener(this.#reason)
      return () => {}
    }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
