import type { LogFilter } from '../../domain/log-query.ts'
import type { InFlight } from '../../engine/in-flight.ts'
import type { EventStream } from '../../http/client.ts'
import { formatEvent } from '../../lib/sse.ts'
import type { LiveFrame } from './contract.ts'
import { LiveText } from './live-text.ts'

/** Where a session's frames go. */
export interface LiveSink {
  /** False when whoever reads is too slow: then wait for `drained`. */
  write(frame: LiveFrame): boolean
  drained(): Promise<void>
  end(): void
}

/** Frames as server-sent events, to a browser. */
export function browserSink(stream: EventStream): LiveSink {
  return {
    write: ({ type, ...data }) =>
      stream.write(formatEvent(JSON.stringify({ type, ...data }), type)),
    drained: () => stream.drained(),
    end: () => stream.end(),
  }
}

/** One browser. When it reads too slowly it misses texts, then rows: never our memory. */
export class LiveSession {
  readonly id: string
  readonly filter: LogFilter
  readonly #sink: LiveSink
  readonly #watched = new Map<string, LiveText>()
  #blocked = false
  skipped = 0

  constructor(id: string, filter: LogFilter, sink: LiveSink) {
    this.id = id
    this.filter = filter
    this.#sink = sink
  }

  watch(ids: readonly string[]): void {
    for (const id of this.#watched.keys()) {
      if (!ids.includes(id)) this.#watched.delete(id)
    }
    for (const id of ids) {
      if (!this.#watched.has(id)) this.#watched.set(id, new LiveText())
    }
  }

  sendRow(frame: LiveFrame): void {
    if (this.#blocked) this.skipped++
    else this.send(frame)
  }

  sendDeltas(inFlight: InFlight, us: number): void {
    if (this.#blocked) return
    for (const [id, text] of this.#watched) {
      const trace = inFlight.get(id)
      const added = trace && text.read(trace)
      if (added) {
        this.send({ type: 'delta', id, ...added, latency_ms: (us - trace.startedUs) / 1000 })
      }
    }
  }

  /** What another thread of the gateway tells of its own requests. */
  relay(frame: LiveFrame): void {
    if (frame.type === 'stats') return
    if (frame.type !== 'hello') return this.sendRow(frame)
    for (const row of frame.rows) this.sendRow({ type: 'start', row })
  }

  send(frame: LiveFrame): void {
    if (this.#blocked || this.#sink.write(frame)) return
    this.#blocked = true
    void this.#sink.drained().then(() => {
      this.#blocked = false
    })
  }

  end(): void {
    this.#sink.end()
  }
}
