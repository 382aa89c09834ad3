import type { Model, Retries, Target } from '../config/config.ts'
import { type Cause, GatewayError } from '../domain/errors.ts'
import type { AttemptReason } from '../domain/record.ts'
import { backoffMs } from '../lib/backoff.ts'
import type { Cancellation } from '../lib/cancel.ts'
import type { ModelCall } from './ask.ts'
import { call, type Reply } from './call.ts'
import type { Engine } from './engine.ts'
import { inNativeWords } from './native-words.ts'
import { AttemptTrace, type Trace } from './trace.ts'

/** No call makes more tries than this, whatever is configured. */
const MAX_ATTEMPTS = 10
/** A provider that says to wait longer than this is not waited for. */
const MAX_WAIT_S = 60

/** Whom to ask, and how often. */
export interface Asked {
  readonly ask: ModelCall
  readonly model: Model
  /** Rounds of the whole routing: the model's own, or those of a variant. */
  readonly retries: Retries
}

/**
 * Tries a model's providers in the order of its routing, and the whole list again for each retry.
 * Ends with the first answer whose content has begun: after that no other may be spliced onto it.
 */
export function answerOf(engine: Engine, trace: Trace, asked: Asked): Promise<Reply> {
  return new Attempts(engine, trace, asked).reply()
}

class Attempts {
  readonly #engine: Engine
  readonly #trace: Trace
  readonly #asked: Asked
  readonly #startedUs: number
  readonly #failures = new Map<Target, GatewayError>()
  readonly #tried: AttemptTrace[] = []
  /** The failures of each round. */
  readonly #rounds: Cause[][] = []

  constructor(engine: Engine, trace: Trace, asked: Asked) {
    this.#engine = engine
    this.#trace = trace
    this.#asked = asked
    this.#startedUs = engine.clock.us()
  }

  async reply(): Promise<Reply> {
    const { model, retries } = this.#asked
    for (let round = 0; round <= retries.numRetries; round++) {
      const targets = round === 0 ? model.targets : this.#leftToTry()
      if (targets.length === 0) break
      if (round > 0) await this.#rest(round)
      const failed: Cause[] = []
      this.#rounds.push(failed)
      for (const target of targets) {
        if (this.#tried.length >= MAX_ATTEMPTS || this.#isLate()) break
        const reply = await this.#attempt(target, round > 0)
        if (!(reply instanceof GatewayError)) return reply
        this.#failures.set(target, reply)
        failed.push({ name: target.name, error: this.#told(target, reply) })
      }
    }
    throw this.#summary()
  }

  #leftToTry(): readonly Target[] {
    return this.#asked.model.targets.filter((target) => mayTry(this.#failures.get(target)))
  }

  async #attempt(target: Target, retry: boolean): Promise<Reply | GatewayError> {
    const { ask, model } = this.#asked
    const wire = target.wires[ask.operation]
    if (!wire) return cannot(ask, target)
    const engine = this.#engine
    const trace = this.#trace
    const attempt = new AttemptTrace({
      id: engine.ids.next(),
      number: trace.attempts.length + 1,
      reason: this.#reasonOf(retry),
      ask,
      target,
      wire,
      us: engine.clock.us(),
    })
    this.#tried.push(attempt)
    trace.attempts.push(attempt)
    try {
      const reply = await call(engine, { trace, model, attempt, startedUs: this.#startedUs })
      if (reply.kind === 'whole') attempt.endedUs = engine.clock.us()
      return reply
    } catch (thrown) {
      const error = GatewayError.from(thrown)
      attempt.error = error
      attempt.endedUs = engine.clock.us()
      if (error.kind.class === 'R7') throw error
      engine.inFlight.attemptFailed(trace, attempt)
      return error
    }
  }

  #reasonOf(retry: boolean): AttemptReason {
    if (this.#tried.length === 0) return 'first'
    return retry ? 'retry' : 'fallback'
  }

  /** The time of the whole variant is up: another try would only be stopped at once. */
  #isLate(): boolean {
    const { variant, stream } = this.#asked.ask
    const { totalMs = null, streamTotalMs = null, ttftMs = null } = variant?.timeouts ?? {}
    const limits = stream ? [streamTotalMs, ttftMs] : [totalMs]
    const spentMs = (this.#engine.clock.us() - (variant?.startedUs ?? 0)) / 1000
    return this.#tried.length > 0 && limits.some((limit) => limit !== null && spentMs >= limit)
  }

  /** Waits before the next round: by full jitter, or as long as the providers ask. */
  async #rest(round: number): Promise<void> {
    const asked = [...this.#failures.values()].map(({ context }) => context.retryAfterS ?? 0)
    const waitS = Math.min(...asked)
    if (waitS > MAX_WAIT_S) throw this.#summary()
    const jitter = backoffMs(round - 1, this.#asked.retries.maxDelayMs, this.#engine.random)
    await pause(Math.max(jitter, waitS * 1000), this.#asked.ask.gone)
  }

  /** A variant's failures are told in TensorZero's words. */
  #told(target: Target, error: GatewayError): GatewayError {
    const last = this.#tried.at(-1)
    if (!this.#asked.ask.variant || last?.target !== target || last.error !== error) return error
    return inNativeWords(last, error, this.#engine.config().gateway.debug)
  }

  /** What the client is told when nothing is left to try: the last failure, and that there were others. */
  #summary(): GatewayError {
    const { model, ask } = this.#asked
    const failed = this.#tried.filter((attempt) => attempt.error !== null)
    const last = failed.at(-1)?.error ?? [...this.#failures.values()].at(-1)
    if (!last) return new GatewayError('internal', `Model ${model.name} has nothing to try.`)
    if (failed.length < 2 && !ask.variant) return last
    const relayed = model.targets.every(({ provider }) => provider.relays)
    if (relayed) return asRelayed(last, failed.at(-1))
    // Whoever bounds all the tries has the last word.
    const owner = last.context.limit?.owner
    if (owner !== undefined && owner !== 'provider') return last
    return summaryOf(this.#rounds, last)
  }
}

/** Another gateway has said it all, and by which status. */
function asRelayed(error: GatewayError, attempt: AttemptTrace | undefined): GatewayError {
  const status = attempt?.status ?? 0
  if (status < 400) return error
  return new GatewayError(error.code, error.message, { ...error.context, status })
}

function summaryOf(rounds: readonly (readonly Cause[])[], last: GatewayError): GatewayError {
  const each = rounds
    .filter((round) => round.length > 0)
    .map((causes) => providersFailed(causes, last))
  const [only] = each
  if (each.length === 1 && only) return only
  const causes = each.map((error) => ({ name: '', error }))
  const message = `All retries failed with errors: ${each.map((error) => error.message).join(', ')}`
  return new GatewayError(last.code, message, { ...last.context, wraps: 'retries', causes })
}

/** When none of a model's providers is left. */
export function providersFailed(causes: readonly Cause[], last: GatewayError): GatewayError {
  const message = `All model providers failed to infer with errors: ${listed(causes)}`
  return new GatewayError(last.code, message, { ...last.context, wraps: 'providers', causes })
}

function listed(causes: readonly Cause[]): string {
  return causes.map(({ name, error }) => `${name}: ${error.message}`).join(', ')
}

/** A caller's error would only repeat itself; what is ours is not the provider's to mend. */
function mayTry(failure: GatewayError | undefined): boolean {
  return failure?.kind.class !== 'R5' && failure?.kind.class !== 'R7'
}

function cannot(ask: ModelCall, target: Target): GatewayError {
  const operation = ask.operation.replaceAll('_', ' ')
  const message = `Provider ${target.name} (${target.provider.type}) has no ${operation} API that we know of: use another model.`
  return new GatewayError('unsupported', message, { target: `${target.model}/${target.name}` })
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
