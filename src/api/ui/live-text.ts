import { LiveReading } from '../../engine/preview.ts'
import type { AttemptTrace, Trace } from '../../engine/trace.ts'

/** Most that is read for one browser at one tick: the rest follows at the next. */
const MAX_READ = 64 * 1024

/** What one browser has seen of one running answer. */
export class LiveText {
  #attempt: AttemptTrace | undefined
  #reading: LiveReading | undefined

  /** The text and reasoning that came since the last call; undefined when there was none. */
  read(trace: Trace): { text: string; reasoning: string } | undefined {
    const { last } = trace
    if (!last?.streamed) return undefined
    if (last !== this.#attempt) {
      this.#attempt = last
      this.#reading = new LiveReading(last)
    }
    let text = ''
    let reasoning = ''
    for (const part of this.#reading?.next(MAX_READ) ?? []) {
      if (part.type === 'text') text += part.text
      if (part.type === 'reasoning') reasoning += part.text
    }
    return text === '' && reasoning === '' ? undefined : { text, reasoning }
  }
}
