import type { Clock } from '../lib/clock.ts'

const WATCHED_US = 500_000
const UNWATCHED_US = 10_000_000

export interface ProgressOptions {
  readonly clock: Clock
  readonly json: boolean
  /** A person watches: one line that changes. */
  readonly watched: boolean
  readonly err: (text: string) => void
}

/** How far a long piece of work has come: rows, their rate, and the time that is left. */
export class ImportProgress {
  readonly #options: ProgressOptions
  readonly #startedUs: number
  #toldUs = Number.NEGATIVE_INFINITY
  #told = false

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#startedUs = options.clock.us()
  }

  tell(done: number, total: number): void {
    const { clock, json, watched, err } = this.#options
    const now = clock.us()
    if (now - this.#toldUs < (watched ? WATCHED_US : UNWATCHED_US) && done < total) return
    this.#toldUs = now
    this.#told = true
    const rate = done / Math.max(1e-3, (now - this.#startedUs) / 1e6)
    const left = done === 0 ? null : Math.ceil((total - done) / rate)
    if (json) {
      const figures = { done, total, rows_per_second: Math.round(rate), seconds_left: left }
      err(`${JSON.stringify(figures)}\n`)
      return
    }
    const rest = left === null ? '' : ` · ${numberText(rate)}/s · ${timeText(left)} left`
    const line = `${numberText(done)} of ${numberText(total)} rows${rest}`
    err(watched ? `\r${line.padEnd(70)}` : `${line}\n`)
  }

  end(): void {
    if (this.#told && this.#options.watched && !this.#options.json) this.#options.err('\n')
  }
}

function numberText(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** `2 h 5 min`, `3 min 20 s`, `7 s`. */
function timeText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
