import type { Model, Target } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import type { AttemptReason } from '../domain/record.ts'
import { backoffMs } from '../lib/backoff.ts'
import type { Cancellation } from '../lib/cancel.ts'
import { call, type Reply } from './call.ts'
import type { Engine } from './engine.ts'
import { AttemptTrace, type Trace } from './trace.ts'

/** No request makes more tries than this, whatever is configured. */
const MAX_ATTEMPTS = 10
/** A provider that says to wait longer than this is not waited for. */
const MAX_WAIT_S = 60

/**
 * Tries a model's providers in the order of its routing, and the whole list again for each retry.
 * Ends with the first answer whose content has begun: after that no other may be spliced onto it.
 */
export async function answerOf(engine: Engine, trace: Trace, model: Model): Promise<Reply> {
  const failures = new Map<Target, GatewayError>()
  for (let round = 0; round <= model.retries.numRetries; round++) {
    const targets = model.targets.filter((target) => mayTry(failures.get(target)))
    if (targets.length === 0) break
    if (round > 0) await rest(engine, trace, model, { round, failures: [...failures.values()] })
    for (const target of targets) {
      if (trace.attempts.length >= MAX_ATTEMPTS) break
      const reply = await attempt(engine, trace, model, { target, retry: round > 0 })
      if (!(reply instanceof GatewayError)) return reply
      failures.set(target, reply)
    }
  }
  throw summary(trace, model, failures.values())
}

/** A caller's error would only repeat itself; what is ours is not the provider's to mend. */
function mayTry(failure: GatewayError | undefined): boolean {
  return failure?.kind.class !== 'R5' && failure?.kind.class !== 'R7'
}

async function attempt(
  engine: Engine,
  trace: Trace,
  model: Model,
  { target, retry }: { target: Target; retry: boolean },
): Promise<Reply | GatewayError> {
  const wire = target.wires[trace.ask.operation]
  if (!wire) return cannot(trace, target)
  const attempted = new AttemptTrace({
    id: engine.ids.next(),
    number: trace.attempts.length + 1,
    reason: reasonOf(trace, retry),
    target,
    wire,
    us: engine.clock.us(),
  })
  trace.attempts.push(attempted)
  try {
    return await call(engine, { trace, model, attempt: attempted })
  } catch (thrown) {
    const error = GatewayError.from(thrown)
    attempted.error = error
    attempted.endedUs = engine.clock.us()
    if (error.kind.class === 'R7') throw error
    engine.inFlight.attemptFailed(trace, attempted)
    return error
  }
}

function cannot({ ask }: Trace, target: Target): GatewayError {
  const operation = ask.operation.replaceAll('_', ' ')
  const message = `Provider ${target.name} (${target.provider.type}) has no ${operation} API that we know of: use another model.`
  return new GatewayError('unsupported', message, { target: `${target.model}/${target.name}` })
}

function reasonOf(trace: Trace, retry: boolean): AttemptReason {
  if (trace.attempts.length === 0) return 'first'
  return retry ? 'retry' : 'fallback'
}

/** Waits before the next round: by full jitter, or as long as the providers ask. */
async function rest(
  engine: Engine,
  trace: Trace,
  model: Model,
  { round, failures }: { round: number; failures: readonly GatewayError[] },
): Promise<void> {
  const asked = failures.map(({ context }) => context.retryAfterS ?? 0)
  const waitS = Math.min(...asked)
  if (waitS > MAX_WAIT_S) throw summary(trace, model, failures)
  const jitter = backoffMs(round - 1, model.retries.maxDelayMs, engine.random)
  await pause(Math.max(jitter, waitS * 1000), trace.ask.gone)
}

function pause(ms: number, gone: Cancellation): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const unlisten = gone.listen((reason) => {
    clearTimeout(timer)
    reject(reason)
  })
  return promise.finally(unlisten)
}

/** What the client is told when nothing is left to try: the last failure, and that there were others. */
function summary(trace: Trace, model: Model, failures: Iterable<GatewayError>): GatewayError {
  const tried = trace.attempts.filter((attempted) => attempted.error !== null)
  const last = tried.at(-1)?.error ?? [...failures].at(-1)
  if (!last) return new GatewayError('internal', `Model ${model.name} has nothing to try.`)
  if (tried.length < 2) return last
  const each = tried.map(({ target, error }) => `${target.name}: ${error?.message}`)
  return new GatewayError(
    last.code,
    `All model providers failed to infer with errors: ${each.join(', ')}`,
    last.context,
  )
}
