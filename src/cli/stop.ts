import type { FastifyInstance } from 'fastify'
import type { LiveHub } from '../api/ui/live.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import type { InFlight } from '../engine/in-flight.ts'
import type { Log } from '../lib/log.ts'
import { within } from '../lib/within.ts'
import type { Crew } from './crew.ts'

/** One thread that answers requests. */
interface Serving {
  readonly engine: Engine
  readonly server: FastifyInstance
  readonly live: LiveHub
}

export interface Running extends Serving {
  readonly log: Log
  readonly reload: () => Promise<void>
  readonly crew: Crew | undefined
}

/** Requests under way may take this long to end by themselves. */
const DRAIN_MS = 60_000
/** Files of a request may take so long after its answer. */
const LATE_MS = 16_000
const SWEEP_MS = 50
/** Repeated unknown failures: better a fresh process than a sick one. */
const MAX_FAULTS_A_MINUTE = 10

/** Resolves with the first SIGTERM or SIGINT, or when the process is too sick to go on. */
export async function toldToStop(log: Log): Promise<void> {
  const faulty = surviveFaults(log)
  await Promise.race([signal('SIGTERM'), signal('SIGINT'), faulty])
}

/**
 * Resolves when the process has been told to stop and its requests are over. The first signal stops
 * listening and waits; a second one ends the rest at once. SIGHUP reloads the files.
 */
export async function stopWhen(told: Promise<void>, running: Running): Promise<void> {
  process.on('SIGHUP', () => void running.reload())
  await told
  const { engine, log, crew } = running
  log.info('stopping', { in_flight: engine.inFlight.size + (crew?.inFlight() ?? 0) })
  const cut = () => {
    endAll(engine)
    crew?.cut()
  }
  process.on('SIGTERM', cut).on('SIGINT', cut)
  await Promise.all([drainRequests(running), crew?.stop()])
}

/** Stops listening and waits until the thread's requests are over, by themselves or by force. */
export async function drainRequests({ engine, server, live }: Serving): Promise<void> {
  live.close()
  const closed = server.close()
  const timer = setTimeout(() => endAll(engine), DRAIN_MS)
  // A connection that falls idle from now on would be kept for its next request.
  const sweep = setInterval(() => server.server.closeIdleConnections(), SWEEP_MS)
  await closed
  clearTimeout(timer)
  clearInterval(sweep)
  await within(recorded(engine.inFlight), LATE_MS)
}

/** When none is left: what is answered may still be on its way into the record. */
function recorded(inFlight: InFlight): Promise<void> {
  if (inFlight.size === 0) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = inFlight.observe({
    ended: () => {
      if (inFlight.size > 0) return
      stop()
      resolve()
    },
  })
  return promise
}

function signal(name: NodeJS.Signals): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  process.once(name, () => resolve())
  return promise
}

export function endAll({ inFlight }: Engine): void {
  for (const trace of inFlight.all()) {
    trace.ask.gone.cancel(new GatewayError('interrupted', 'The gateway is shutting down.'))
  }
}

/** A fault nobody caught must not end other people's requests. Resolves when there are too many. */
export function surviveFaults(log: Log): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let recent: number[] = []
  const survive = (fault: unknown) => {
    const now = Date.now()
    recent = [...recent.filter((at) => now - at < 60_000), now]
    const error = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
    log.error('an unexpected fault', { error })
    if (recent.length > MAX_FAULTS_A_MINUTE) resolve()
  }
  process.on('uncaughtException', survive)
  process.on('unhandledRejection', survive)
  return promise
}
