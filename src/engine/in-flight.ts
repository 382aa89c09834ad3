import { Bag } from '../lib/bag.ts'
import type { AttemptTrace, Trace } from './trace.ts'

/** Told of every request as it goes on. Called on the request's own path: must be quick. */
export interface InFlightObserver {
  started?(trace: Trace): void
  /** A try ended badly. */
  attemptFailed?(trace: Trace, attempt: AttemptTrace): void
  ended?(trace: Trace): void
}

/** The requests that run now. */
export class InFlight {
  readonly #running = new Bag<Trace>()
  readonly #observers = new Set<InFlightObserver>()
  #total = 0

  get size(): number {
    return this.#running.size
  }

  /** Requests since the process began, ended ones too. */
  get total(): number {
    return this.#total
  }

  get(id: string): Trace | undefined {
    return this.find((trace) => trace.id === id)
  }

  find(isIt: (trace: Trace) => boolean): Trace | undefined {
    return this.#running.find(isIt)
  }

  all(): Trace[] {
    return this.#running.all()
  }

  /** Returns how to stop observing. */
  observe(observer: InFlightObserver): () => void {
    this.#observers.add(observer)
    return () => this.#observers.delete(observer)
  }

  started(trace: Trace): void {
    this.#total++
    this.#running.add(trace)
    for (const observer of this.#observers) observer.started?.(trace)
  }

  attemptFailed(trace: Trace, attempt: AttemptTrace): void {
    for (const observer of this.#observers) observer.attemptFailed?.(trace, attempt)
  }

  ended(trace: Trace): void {
    this.#running.delete(trace)
    for (const observer of this.#observers) observer.ended?.(trace)
  }
}
