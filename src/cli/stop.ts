import type { FastifyInstance } from 'fastify'
import type { LiveHub } from '../api/ui/live.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import type { Log } from '../lib/log.ts'

export interface Running {
  readonly engine: Engine
  readonly server: FastifyInstance
  readonly live: LiveHub
  readonly log: Log
  readonly reload: () => Promise<void>
}

/** Requests under way may take this long to end by themselves. */
const DRAIN_MS = 60_000
const SWEEP_MS = 50
/** Repeated unknown failures: better a fresh process than a sick one. */
const MAX_FAULTS_A_MINUTE = 10

/**
 * Resolves when the process has been told to stop and its requests are over. The first SIGTERM or
 * SIGINT stops listening and waits; a second one ends the rest at once. SIGHUP reloads the files.
 */
export async function stopOnSignals(running: Running): Promise<void> {
  process.on('SIGHUP', () => void running.reload())
  const faulty = surviveFaults(running.log)
  await Promise.race([signal('SIGTERM'), signal('SIGINT'), faulty])
  const { engine, server, live, log } = running
  log.info('stopping', { in_flight: engine.inFlight.size })
  live.close()
  const closed = server.close()
  const cut = () => endAll(engine)
  const timer = setTimeout(cut, DRAIN_MS)
  // A connection that falls idle from now on would be kept for its next request.
  const sweep = setInterval(() => server.server.closeIdleConnections(), SWEEP_MS)
  process.on('SIGTERM', cut).on('SIGINT', cut)
  await closed
  clearTimeout(timer)
  clearInterval(sweep)
}

function signal(name: NodeJS.Signals): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  process.once(name, () => resolve())
  return promise
}

function endAll({ inFlight }: Engine): void {
  for (const trace of inFlight.values()) {
    trace.ask.gone.cancel(new GatewayError('interrupted', 'The gateway is shutting down.'))
  }
}

/** A fault nobody caught must not end other people's requests. Resolves when there are too many. */
function surviveFaults(log: Log): Promise<void> {
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
