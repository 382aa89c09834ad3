import type { Target, Timeouts } from '../config/config.ts'
import { GatewayError, type TimeOut } from '../domain/errors.ts'
import type { Deadline } from '../lib/deadlines.ts'

/** For the first content of a stream and between two events: hidden reasoning can take minutes. */
const DEFAULT_SILENCE_MS = 300_000

/** A moment by which something must have come, and the setting that says so. */
interface Limit extends Rule {
  readonly atUs: number
}

interface Rule extends TimeOut {
  /** The owner's name as messages have it. */
  readonly says: string
}

export interface LimitsOf {
  readonly target: Target
  /** The model's limits bound all its tries together. */
  readonly model: { readonly name: string; readonly timeouts: Timeouts }
  readonly globalMs: number
  readonly stream: boolean
  readonly requestUs: number
  /** When the first of the model's tries began. */
  readonly modelUs: number
  /** Its limits bound all the tries of the variant, of whatever model. */
  readonly variant: {
    readonly name: string
    readonly timeouts: Timeouts
    readonly startedUs: number
  } | null
  readonly attemptUs: number
}

/** The time limits of one try: one deadline that moves as the answer comes. */
export class TimeLimit implements Deadline {
  place = -1
  atUs: number
  readonly #total: Limit
  readonly #idle: Rule
  readonly #stop: (reason: GatewayError) => void
  /** A variant's errors end as TensorZero's do. */
  readonly #fullStop: string
  #current: Rule

  constructor(of: LimitsOf, stop: (reason: GatewayError) => void) {
    this.#stop = stop
    this.#fullStop = of.variant ? '' : '.'
    this.#total = totalLimit(of)
    this.#idle = idleLimit(of)
    const first = of.stream ? earliest([this.#total, ...ttftLimits(of)]) : this.#total
    this.#current = first
    this.atUs = first.atUs
  }

  /** Something of the answer came: the next event is due within the idle time. */
  progress(us: number): void {
    const dueUs = us + this.#idle.ms * 1000
    this.atUs = Math.min(dueUs, this.#total.atUs)
    this.#current = dueUs < this.#total.atUs ? this.#idle : this.#total
  }

  /** The client is slow, not the provider: only the total counts. */
  hold(): void {
    this.#current = this.#total
    this.atUs = this.#total.atUs
  }

  /** The answer is whole; its connection may take a moment to say so. */
  endBy(atUs: number): void {
    this.atUs = Math.min(atUs, this.#total.atUs)
  }

  expire(): void {
    const { says, owner, name, setting, ms } = this.#current
    const message = `${says} timed out due to configured \`${setting}\` timeout (${spell(ms)})${this.#fullStop}`
    this.#stop(
      new GatewayError('upstream_timeout', message, { limit: { owner, name, setting, ms } }),
    )
  }
}

function totalLimit(of: LimitsOf): Limit {
  const setting = of.stream ? 'streaming.total_ms' : 'non_streaming.total_ms'
  const total = (timeouts: Timeouts) => (of.stream ? timeouts.streamTotalMs : timeouts.totalMs)
  return earliest([
    limit(of.requestUs, of.globalMs, 'gateway.global_outbound_http_timeout_ms', REQUEST),
    ...ofVariant(of, total, setting),
    ...optional(of.modelUs, total(of.model.timeouts), setting, modelOwner(of)),
    ...optional(of.attemptUs, total(of.target.timeouts), setting, providerOwner(of)),
  ])
}

function ttftLimits(of: LimitsOf): Limit[] {
  const setting = 'streaming.ttft_ms'
  const limits = [
    ...ofVariant(of, ({ ttftMs }) => ttftMs, setting),
    ...optional(of.modelUs, of.model.timeouts.ttftMs, setting, modelOwner(of)),
    ...optional(of.attemptUs, of.target.timeouts.ttftMs, setting, providerOwner(of)),
  ]
  if (limits.length > 0) return limits
  return [limit(of.attemptUs, DEFAULT_SILENCE_MS, setting, providerOwner(of))]
}

function idleLimit(of: LimitsOf): Rule {
  const own = of.target.timeouts.idleMs ?? Number.POSITIVE_INFINITY
  const model = of.model.timeouts.idleMs ?? Number.POSITIVE_INFINITY
  const ms = Math.min(own, model)
  return {
    ms: Number.isFinite(ms) ? ms : DEFAULT_SILENCE_MS,
    setting: 'streaming.idle_ms',
    ...(model < own ? modelOwner(of) : providerOwner(of)),
  }
}

function ofVariant(
  { variant }: LimitsOf,
  value: (timeouts: Timeouts) => number | null,
  setting: string,
): Limit[] {
  if (!variant) return []
  const { name } = variant
  const owner: Owner = { owner: 'variant', name, says: `Variant \`${name}\`` }
  return optional(variant.startedUs, value(variant.timeouts), setting, owner)
}

type Owner = Pick<Rule, 'owner' | 'name' | 'says'>

const REQUEST: Owner = { owner: 'request', name: '', says: 'The request' }

function modelOwner({ model: { name } }: LimitsOf): Owner {
  return { owner: 'model', name, says: `Model ${name}` }
}

function providerOwner({ target: { name } }: LimitsOf): Owner {
  return { owner: 'provider', name, says: `Model provider ${name}` }
}

/** `400ms`, `1.5s`. */
function spell(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`
}

function limit(fromUs: number, ms: number, setting: string, of: Owner): Limit {
  const { owner, name, says } = of
  return { atUs: fromUs + ms * 1000, ms, setting, owner, name, says }
}

function optional(fromUs: number, ms: number | null, setting: string, owner: Owner): Limit[] {
  return ms === null ? [] : [limit(fromUs, ms, setting, owner)]
}

function earliest(limits: readonly Limit[]): Limit {
  return limits.reduce((first, other) => (other.atUs < first.atUs ? other : first))
}
