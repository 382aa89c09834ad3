/** Who waits for which record to be on disk. */
export class Acknowledgements {
  /** Finished requests that are neither on disk nor given up. */
  readonly #pending = new Set<string>()
  readonly #waiters = new Map<string, ((onDisk: boolean) => void)[]>()

  get pending(): Iterable<string> {
    return this.#pending
  }

  expect(id: string): void {
    this.#pending.add(id)
  }

  /** False at once for what is not expected. */
  wait(id: string): Promise<boolean> {
    if (!this.#pending.has(id)) return Promise.resolve(false)
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(id) ?? []
      waiters.push(resolve)
      this.#waiters.set(id, waiters)
    })
  }

  answer(id: string, onDisk: boolean): void {
    this.#pending.delete(id)
    const waiters = this.#waiters.get(id)
    if (waiters === undefined) return
    this.#waiters.delete(id)
    for (const resolve of waiters) resolve(onDisk)
  }

  /** Nothing can be written for now: nobody should wait, though all may yet be written. */
  disappoint(): void {
    for (const resolve of [...this.#waiters.values()].flat()) resolve(false)
    this.#waiters.clear()
  }
}
