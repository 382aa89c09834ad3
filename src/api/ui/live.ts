import { matchesLog } from '../../domain/log-query-match.ts'
import type { LogFilter } from '../../domain/log-query.ts'
import type { InFlight } from '../../engine/in-flight.ts'
import type { AttemptTrace, Trace } from '../../engine/trace.ts'
import type { Client } from '../../http/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { LiveFrame } from './contract.ts'
import { browserSink, LiveSession, type LiveSink } from './live-session.ts'
import { factsOf, presentTrace } from './present.ts'

const DELTA_MS = 100
const STATS_MS = 1000

type Stats = Omit<Extract<LiveFrame, { type: 'stats' }>, 'type' | 'skipped' | 'in_flight' | 'now'>

export interface LiveOptions {
  readonly inFlight: InFlight
  readonly clock: Clock
  readonly newId: () => string
  readonly stats: () => Stats
  readonly peers?: () => LivePeers | undefined
}

/** Other threads of the gateway that answer requests too: what a browser sees is all of them. */
export interface LivePeers {
  open(session: string, filter: LogFilter, receive: (frame: LiveFrame) => void): void
  watch(session: string, ids: readonly string[]): void
  drop(session: string): void
  /** Stops a request, should it run there. */
  cancel(id: string): void
  /** How many requests run there. */
  inFlight(): number
}

/**
 * Tells browsers of requests as they go on, from memory: no row waits for the store to be seen.
 * Costs nothing while nobody looks.
 */
export class LiveHub {
  readonly #options: LiveOptions
  readonly #sessions = new Map<string, LiveSession>()
  #stopObserving: (() => void) | undefined
  #timers: NodeJS.Timeout[] = []

  constructor(options: LiveOptions) {
    this.#options = options
  }

  /** Serves one browser until it leaves. */
  open(client: Client, filter: LogFilter): void {
    const { newId } = this.#options
    const sink = browserSink(client.eventStream(() => ({})))
    const session = this.join(newId(), filter, sink)
    client.gone.listen(() => this.drop(session.id))
    this.#peers?.open(session.id, filter, (frame) => session.relay(frame))
  }

  /** Serves one session, wherever its frames go. */
  join(id: string, filter: LogFilter, sink: LiveSink): LiveSession {
    const { inFlight, clock } = this.#options
    const session = new LiveSession(id, filter, sink)
    this.#sessions.set(session.id, session)
    if (this.#sessions.size === 1) this.#start()
    const rows = inFlight
      .all()
      .filter((trace) => matchesLog(filter, factsOf(trace, clock.us())))
      .map((trace) => presentTrace(trace, clock.us()))
    session.send({ type: 'hello', session: session.id, rows })
    return session
  }

  /** Whether another thread was told to stop this request, should it have it. */
  cancelElsewhere(id: string): boolean {
    this.#peers?.cancel(id)
    return this.#peers !== undefined
  }

  /** The running rows whose text a browser wants from now on. False when there is no such session. */
  watch(sessionId: string, ids: readonly string[]): boolean {
    const session = this.#sessions.get(sessionId)
    session?.watch(ids)
    this.#peers?.watch(sessionId, ids)
    return session !== undefined
  }

  drop(sessionId: string): void {
    this.#sessions.get(sessionId)?.end()
    this.#sessions.delete(sessionId)
    this.#peers?.drop(sessionId)
    if (this.#sessions.size === 0) this.#stop()
  }

  close(): void {
    for (const session of this.#sessions.values()) session.end()
    this.#sessions.clear()
    this.#stop()
  }

  get #peers(): LivePeers | undefined {
    return this.#options.peers?.()
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
    const running = this.#options.inFlight.size + (this.#peers?.inFlight() ?? 0)
    const stats = { now, in_flight: running, ...this.#options.stats() }
    for (const session of this.#sessions.values()) {
      session.send({ type: 'stats', ...stats, skipped: session.skipped })
    }
  }
}
