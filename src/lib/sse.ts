import { createParser, type EventSourceParser } from 'eventsource-parser'

/** One dispatched server-sent event. `data` holds its lines joined by `\n`. */
export interface SseEvent {
  /** `message` unless the stream named it. */
  readonly event: string
  readonly data: string
}

/** The longest event read; a longer one ends the stream with an error. */
export const MAX_EVENT_CHARS = 16 * 1024 * 1024

/**
 * Bytes in any pieces → events, by the grammar of the HTML standard §9.2. One streaming UTF-8
 * decoder stands before the parser, so that a cut inside a character does no harm.
 */
export class SseReader {
  readonly #text = new TextDecoder()
  readonly #parser: EventSourceParser
  readonly #failures = new FailureLines()
  #events: SseEvent[] = []

  constructor(maxEventChars = MAX_EVENT_CHARS) {
    this.#parser = createParser({
      maxBufferSize: maxEventChars,
      onEvent: ({ event, data }) => this.#events.push({ event: event ?? 'message', data }),
      onError: ({ type, message }) => {
        // Other errors are unknown fields, which the standard says to ignore.
        if (type === 'max-buffer-size-exceeded') throw new RangeError(message)
      },
    })
  }

  push(bytes: Uint8Array): SseEvent[] {
    this.#parser.feed(this.#failures.named(this.#text.decode(bytes, { stream: true })))
    return this.#take()
  }

  /** The events left at the end: one that lacks its closing blank line is read all the same. */
  end(): SseEvent[] {
    this.#parser.feed(this.#failures.named(`${this.#text.decode()}\n\n`))
    return this.#take()
  }

  #take(): SseEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }
}

/**
 * Older servers of llama.cpp tell a failure in a field of its own, `error: {…}`, which the standard
 * says to ignore: here it becomes an event of that name.
 */
class FailureLines {
  /** The beginning of a line that may become one. */
  #held = ''
  #begins = true

  named(piece: string): string {
    const text = this.#held + piece
    const end = text.slice(-FIELD.length)
    const start = Math.max(end.lastIndexOf('\n'), end.lastIndexOf('\r')) + 1
    const line = end.slice(start)
    const isLine = start > 0 || (this.#begins && end.length === text.length)
    this.#held = isLine && line !== '' && FIELD.startsWith(line) ? line : ''
    const ready = this.#held === '' ? text : text.slice(0, -this.#held.length)
    const begins = this.#begins
    if (ready !== '') this.#begins = ready.endsWith('\n') || ready.endsWith('\r')
    if (!ready.includes(FIELD)) return ready
    return ready.replaceAll(LINE, (found, newline: string, at: number) => {
      return at > 0 || newline !== '' || begins ? `${newline}event: error\ndata: {` : found
    })
  }
}

const FIELD = 'error: {'
const LINE = /(^|[\r\n])error: \{/g

/** The events of a stream that is there whole. Never throws: what is there may be as long as it is. */
export function readEvents(bytes: Uint8Array): SseEvent[] {
  return readEventsIn(new TextDecoder().decode(bytes))
}

/** The same of what has been decoded. */
export function readEventsIn(text: string): SseEvent[] {
  const events: SseEvent[] = []
  const parser = createParser({
    onEvent: ({ event, data }) => events.push({ event: event ?? 'message', data }),
  })
  const marked = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
  parser.feed(new FailureLines().named(`${marked}\n\n`))
  return events
}

const BYTE_ORDER_MARK = '\uFEFF'

/** Formats one event for the wire. */
export function formatEvent(data: string, event?: string): string {
  return event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`
}
