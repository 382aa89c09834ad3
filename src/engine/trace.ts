import type { Target } from '../config/config.ts'
import { mergeUsage, NO_USAGE, type Usage } from '../domain/usage.ts'
import type { JsonObject, Part } from '../domain/chat.ts'
import type { GatewayError } from '../domain/errors.ts'
import type { AttemptReason, Outcome } from '../domain/record.ts'
import type { Held } from '../lib/bag.ts'
import type { Wire } from '../providers/provider.ts'
import type { Ask, ModelCall } from './ask.ts'
import type { TaskTrace } from './functions/task.ts'
import { toldOf } from './functions/told.ts'
import type { AttemptDraft, Draft } from './draft.ts'

const INFERRED_TAG = 'weir::episode_inferred'

/** One request as it goes on: facts are noted here, and become a draft at its end. */
export class Trace implements Held {
  place = -1
  readonly id: string
  readonly episodeId: string
  readonly startedAt: number
  readonly startedUs: number
  readonly ask: Ask
  readonly configHash: string
  /** The client named no episode: its conversation told. */
  readonly inferred: boolean
  readonly attempts: AttemptTrace[] = []
  readonly warnings: string[]
  /** The client's, and what becomes of the request. */
  readonly tags: Record<string, string>
  model: string | null = null
  outcome: Outcome | null = null
  status = 200
  error: GatewayError | null = null
  endedUs = 0
  /** What a function's answer is made of; null where a model answers as itself. */
  task: TaskTrace | null = null
  /** Of several, the try whose answer it is, where that is not the last one. */
  answering: AttemptTrace | undefined
  /** The store has been told that it began. */
  journaled = false

  constructor(
    ask: Ask,
    start: {
      id: string
      episodeId: string
      inferred?: boolean
      at: number
      us: number
      configHash: string
    },
  ) {
    this.ask = ask
    this.id = start.id
    this.episodeId = start.episodeId
    this.startedAt = start.at
    this.startedUs = start.us
    this.configHash = start.configHash
    this.inferred = start.inferred ?? false
    this.warnings = [...ask.warnings]
    this.tags = { ...ask.tags }
    if (start.inferred === true) this.tags[INFERRED_TAG] = 'true'
  }

  /** The try that gave, or is giving, the answer. */
  get last(): AttemptTrace | undefined {
    return this.answering ?? this.attempts.at(-1)
  }

  /** The upstream's own bytes are the answer: a plain name, and a provider of the client's format. */
  get relayed(): boolean {
    const { ask, last } = this
    return ask.relay && last?.wire.name === ask.wire && last.streamed === ask.stream
  }

  draft(): Draft {
    const { ask, last } = this
    const upstreamUs = timeCovered(this.attempts)
    const latencyUs = Math.max(0, this.endedUs - this.startedUs)
    // What may be absent stands last, here and below: behind a spread each field costs much more.
    return {
      id: this.id,
      episodeId: this.episodeId,
      startedAt: this.startedAt,
      dialect: ask.dialect,
      requestedModel: ask.requestedModel,
      model: this.model,
      stream: ask.stream,
      outcome: this.outcome ?? 'internal',
      status: this.status,
      error: this.error?.code ?? null,
      errorMessage: this.error?.message ?? null,
      latencyUs,
      overheadUs: Math.max(0, latencyUs - upstreamUs),
      ttftUs: last?.ttftUs === undefined ? null : last.ttftUs - this.startedUs,
      tags: this.tags,
      warnings: this.warnings,
      configHash: this.configHash,
      body: ask.latin1 ?? ask.body.toString('latin1'),
      contentType: ask.contentType ?? null,
      told: this.task
        ? JSON.stringify(toldOf(this.task, ask, last?.target.provider.type ?? ''))
        : null,
      answering: last ? this.attempts.indexOf(last) : -1,
      attempts: this.attempts.map((attempt) => attempt.draft(this.startedUs, ask.body)),
      ...(ask.keptAs &&
        this.outcome === 'ok' && { kept: { id: ask.keptAs(this.id), relayed: this.relayed } }),
    }
  }
}

/** How long at least one of the tries ran, µs: some run side by side. */
function timeCovered(attempts: readonly AttemptTrace[]): number {
  const [only] = attempts
  if (only && attempts.length === 1) return Math.max(0, only.endedUs - only.startedUs)
  let total = 0
  let untilUs = 0
  for (const { startedUs, endedUs } of attempts.toSorted((a, b) => a.startedUs - b.startedUs)) {
    total += Math.max(0, endedUs - Math.max(startedUs, untilUs))
    untilUs = Math.max(untilUs, endedUs)
  }
  return total
}

/** What an answer says that it used and cost. */
interface Used {
  readonly usage: Usage | null
  readonly reportedCost: number | null
  readonly raw: JsonObject | null
}

const NOTHING_USED: Used = { usage: null, reportedCost: null, raw: null }

/** One try at one provider. Times are on the monotonic clock, µs. */
export class AttemptTrace {
  readonly id: string
  readonly number: number
  readonly reason: AttemptReason
  readonly ask: ModelCall
  readonly target: Target
  readonly wire: Wire
  readonly startedUs: number
  url = ''
  status: number | null = null
  error: GatewayError | null = null
  headUs: number | undefined
  ttftUs: number | undefined
  endedUs = 0
  reusedSocket = false
  staleRetry = false
  mayHaveBeenBilled = false
  /** As it is recorded. */
  requestBody: Buffer = Buffer.alloc(0)
  /** The same with its secrets, where there are such in it. */
  sentBody: Buffer | null = null
  readonly pieces: string[] = []
  bytesIn = 0
  responseType: string | null = null
  streamed = false
  /** Reads of a relayed answer what it says of its usage; null: nothing is left unread. */
  unread: (() => readonly Part[]) | null = null
  #used: Used = NOTHING_USED
  /** Answered from the cache: nobody was asked. */
  cached = false
  /** Under which the answer is to be kept; null: it is not. */
  cacheKey: string | null = null

  constructor(start: {
    id: string
    number: number
    reason: AttemptReason
    ask: ModelCall
    target: Target
    wire: Wire
    us: number
  }) {
    this.id = start.id
    this.number = start.number
    this.reason = start.reason
    this.ask = start.ask
    this.target = start.target
    this.wire = start.wire
    this.startedUs = start.us
  }

  received(piece: Buffer): void {
    this.bytesIn += piece.length
    this.pieces.push(piece.toString('latin1'))
  }

  /** As far as the main thread reads it: for the live log; the record is read again, whole. */
  get usage(): Usage | null {
    return this.#read().usage
  }

  get reportedCost(): number | null {
    return this.#read().reportedCost
  }

  /** The usage as the provider words it. */
  get rawUsage(): JsonObject | null {
    return this.#read().raw
  }

  /** The answer was given before: it costs nothing. */
  isCached(): void {
    this.cached = true
    this.#used = { usage: NO_USAGE, reportedCost: 0, raw: null }
  }

  /** A provider reports once or again and again, each time more. */
  used({ usage, reportedCost, raw }: Extract<Part, { type: 'usage' }>): void {
    if (this.cached) return
    const before = this.#used
    this.#used = {
      usage: before.usage ? mergeUsage(before.usage, usage) : usage,
      reportedCost: reportedCost ?? before.reportedCost,
      raw,
    }
  }

  #read(): Used {
    const read = this.unread
    this.unread = null
    for (const part of read?.() ?? []) if (part.type === 'usage') this.used(part)
    return this.#used
  }

  draft(originUs: number, clients: Buffer): AttemptDraft {
    const { target } = this
    const since = (us: number | undefined) => (us === undefined ? null : us - originUs)
    return {
      id: this.id,
      number: this.number,
      reason: this.reason,
      model: target.model,
      variant: this.ask.variant?.name ?? '',
      input: this.ask.variant ? JSON.stringify(this.ask.variant.input) : null,
      provider: target.name,
      providerType: target.provider.type,
      wire: this.wire.name,
      upstreamModel: target.upstreamModel,
      url: this.url,
      status: this.status,
      error: this.error?.code ?? null,
      errorMessage: this.error?.message ?? null,
      startedUs: this.startedUs - originUs,
      headUs: since(this.headUs),
      ttftUs: since(this.ttftUs),
      endedUs: this.endedUs - originUs,
      reusedSocket: this.reusedSocket,
      staleRetry: this.staleRetry,
      mayHaveBeenBilled: this.mayHaveBeenBilled,
      cost: target.cost,
      requestBody: this.requestBody === clients ? null : this.requestBody.toString('latin1'),
      responsePieces: this.pieces,
      bytesIn: this.bytesIn,
      responseType: this.responseType,
      streamed: this.streamed,
      ...(target.provider.relays && { relays: true }),
      ...(this.cached && { cached: true }),
    }
  }
}
