import { matchesLog } from '../../domain/log-query-match.ts'
import type { LogFilter } from '../../domain/log-query.ts'
import type { InFlight } from '../../engine/in-flight.ts'
import type { AttemptTrace, Trace } from '../../engine/trace.ts'
import type { Client, EventStream } from '../../http/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { formatEvent } from '../../lib/sse.ts'
import type { LiveFrame } from './contract.ts'
import { LiveText } from './live-text.ts'
import { factsOf, presentTrace } from './present.ts'

const DELTA_MS = 100
const STATS_MS = 1000

type Stats = Omit<Extract<LiveFrame, { type: 'stats' }>, 'type' | 'skipped' | 'in_flight' | 'now'>

export interface LiveOptions {
  readonly inFlight: InFlight
  readonly clock: Clock
  readonly newId: () => string
  readonly stats: () => Stats
}

/**
 * Tells browsers of requests as they go on, from memory: no row waits for the store to be seen.
 * Costs nothing while nobody looks.
 */
export class LiveHub {
  readonly #options: LiveOptions
  readonly #sessions = new Map<string, Session>()
  #stopObserving: (() => void) | undefined
  #timers: NodeJS.Timeout[] = []

  constructor(options: LiveOptions) {
    this.#options = options
  }

  /** Serves one browser until it leaves. */
  open(client: Client, filter: LogFilter): void {
    const { newId, inFlight, clock } = this.#options
    const session = new Session(newId(), client, filter)
    this.#sessions.set(session.id, session)
    if (this.#sessions.size === 1) this.#start()
    client.gone.listen(() => this.#drop(session))
    const rows = [...inFlight.values()]
      .filter((trace) => matchesLog(filter, factsOf(trace, clock.us())))
      .map((trace) => presentTrace(trace, clock.us()))
    session.send({ type: 'hello', session: session.id, rows })
  }

  /** The running rows whose text a browser wants from now on. False when there is no such session. */
  watch(sessionId: string, ids: readonly string[]): boolean {
    const session = this.#sessions.get(sessionId)
    session?.watch(ids)
    return session !== undefined
  }

  close(): void {
    for (const session of this.#sessions.values()) session.end()
    this.#sessions.clear()
    this.#stop()
  }

  #start(): void {
    this.#stopObserving = this.#options.inFlight.observe({
      started: (trace) => this.#rowFrame('start', trace),
      attemptFailed: (trace, attempt) => this.#attemptFrame(trace, attempt),
      ended: (trace) => {
        this.#deltas()
        this.#rowFrame('end', trace)
      },
    })
    this.#timers = [
      setInterval(() => this.#deltas(), DELTA_MS),
      setInterval(() => this.#stats(), STATS_MS),
    ]
  }

  #stop(): void {
    this.#stopObserving?.()
    for (const timer of this.#timers) clearInterval(timer)
  }

  #drop(session: Session): void {
    session.end()
    this.#sessions.delete(session.id)
    if (this.#sessions.size === 0) this.#stop()
  }

  #rowFrame(type: 'start' | 'end', trace: Trace): void {
    const us = this.#options.clock.us()
    const facts = factsOf(trace, us)
    for (const session of this.#sessions.values()) {
      if (matchesLog(session.filter, facts)) session.sendRow({ type, row: presentTrace(trace, us) })
    }
  }

  #attemptFrame(trace: Trace, attempt: AttemptTrace): void {
    for (const session of this.#sessions.values()) {
      session.sendRow({
        type: 'attempt',
        id: trace.id,
        number: attempt.number,
        provider: attempt.target.name,
        error_message: attempt.error?.message ?? null,
      })
    }
  }

  #deltas(): void {
    const us = this.#options.clock.us()
    for (const session of this.#sessions.values()) session.sendDeltas(this.#options.inFlight, us)
  }

  #stats(): void {
    const now = new Date(this.#options.clock.now()).toISOString()
    const stats = { now, in_flight: this.#options.inFlight.size, ...this.#options.stats() }
    for (const session of this.#sessions.values()) {
      session.send({ type: 'stats', ...stats, skipped: session.skipped })
    }
  }
}

/** One browser. When it reads too slowly it misses texts, then rows: never our memory. */
class Session {
  readonly id: string
  readonly filter: LogFilter
  readonly #stream: EventStream
  readonly #watched = new Map<string, LiveText>()
  #blocked = false
  skipped = 0

  constructor(id: string, client: Client, filter: LogFilter) {
    this.id = id
    this.filter = filter
    this.#stream = client.eventStream(() => ({}))
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

  send(frame: LiveFrame): void {
    if (this.#blocked) return
    const { type, ...data } = frame
    if (this.#stream.write(formatEvent(JSON.stringify({ type, ...data }), type))) return
    this.#blocked = true
    void this.#stream.drained().then(() => {
      this.#blocked = false
    })
  }

  end(): void {
    this.#stream.end()
  }
}
