import type { WriterHealth } from './protocol.ts'

const WELL: WriterHealth = { state: 'ok', message: null, stuck: false }

/** How the writer fares, told only when it changes. */
export class Condition {
  readonly #tell: (health: WriterHealth) => void
  #now = WELL
  #told = WELL
  /** What stays true until the process ends, such as a file that was set aside. */
  readonly #notes: string[] = []

  constructor(tell: (health: WriterHealth) => void) {
    this.#tell = tell
  }

  get notes(): number {
    return this.#notes.length
  }

  well(): void {
    this.#set(WELL)
  }

  /** Something is away, but what is written is safe elsewhere meanwhile. */
  waiting(message: string): void {
    this.#set({ state: 'degraded', message, stuck: false })
  }

  /** Waiting for something to pass. */
  degraded(message: string): void {
    this.#set({ state: 'degraded', message, stuck: true })
  }

  /** Giving records up. */
  failed(message: string): void {
    this.#set({ state: 'failed', message, stuck: true })
  }

  note(message: string): void {
    this.#notes.push(message)
    this.#set(this.#now)
  }

  #set(health: WriterHealth): void {
    this.#now = health
    const lines = health.message === null ? this.#notes : [health.message, ...this.#notes]
    const message = lines.length === 0 ? null : lines.join(' ')
    const state = health.state === 'ok' && this.#notes.length > 0 ? 'degraded' : health.state
    const told = this.#told
    if (told.state === state && told.message === message && told.stuck === health.stuck) return
    this.#told = { state, message, stuck: health.stuck }
    this.#tell(this.#told)
  }
}
