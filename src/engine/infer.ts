import type { Config } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Outcome } from '../domain/record.ts'
import type { Ask } from './ask.ts'
import { answerOf } from './attempts.ts'
import type { Reply } from './call.ts'
import type { Turn } from './conversations.ts'
import { sizeOfDraft } from './draft.ts'
import type { Engine } from './engine.ts'
import { answerTask } from './functions/answer-task.ts'
import { inWorkflow } from './functions/in-workflow.ts'
import { checkFilters } from './patches.ts'
import { keepAnswers } from './cache/keep-answers.ts'
import { resolveModel } from './resolve-model.ts'
import { Trace } from './trace.ts'

/** One request being answered, as its dialect sees it. */
export interface Inference {
  readonly trace: Trace
  /** The answer, once its first content has come. Call it once. */
  reply(): Promise<Reply>
  /** To be awaited before the last byte goes out: where asked for, waits until the record is kept. */
  beforeEnd(): Promise<void>
}

/**
 * Answers one request: `deliver` hands the answer to the client, piece by piece, and throws what
 * stops it. Whatever happens, the request ends here in exactly one record.
 */
export async function infer(
  engine: Engine,
  ask: Ask,
  deliver: (inference: Inference) => Promise<void>,
): Promise<void> {
  const config = engine.config()
  const turn = turnOf(engine, config, ask)
  const trace = new Trace(ask, {
    id: engine.ids.next(),
    episodeId: ask.episodeId ?? turn?.episodeId ?? engine.ids.next(),
    inferred: turn !== null && turn.episodeId !== null,
    at: engine.clock.now(),
    us: engine.clock.us(),
    configHash: config.hash,
  })
  const record = new RecordOnce(engine, trace, turn)
  engine.inFlight.started(trace)
  try {
    await deliver({
      trace,
      reply: async () => {
        const task = await inWorkflow(engine, trace, ask.task)
        if (task) return answerTask({ engine, config, trace, ask, task })
        const model = resolveModel(config, ask)
        checkFilters(config, model, ask)
        trace.model = model.name
        return answerOf(engine, trace, { ask, model, retries: model.retries })
      },
      beforeEnd: () => record.beforeEnd(config.gateway.durability === 'before_reply'),
    })
    record.end(null)
  } catch (thrown) {
    const error = ask.gone.reason ?? thrown
    record.end(GatewayError.from(error))
    throw thrown
  }
}

/** The client has something to go on from. */
const GOES_ON = new Set<Outcome>(['ok', 'client_gone', 'truncated'])

/** Where a client names no episode: which conversation goes on here, if any. */
function turnOf({ conversations }: Engine, { gateway }: Config, ask: Ask): Turn | null {
  const unnamed = ask.episodeId === null && ask.operation === 'chat'
  // TensorZero's own API begins an episode with each request that names none.
  if (!unnamed || !gateway.infersEpisodes || ask.dialect === 'tensorzero.inference') return null
  return conversations.find(ask.json)
}

class RecordOnce {
  readonly #engine: Engine
  readonly #trace: Trace
  readonly #turn: Turn | null
  #ended = false

  constructor(engine: Engine, trace: Trace, turn: Turn | null) {
    this.#engine = engine
    this.#trace = trace
    this.#turn = turn
  }

  async beforeEnd(waits: boolean): Promise<void> {
    if (!waits) return
    this.end(null)
    await this.#trace.task?.late?.all
    if (!this.#trace.ask.dryrun) await this.#engine.store.committed(this.#trace.id)
  }

  end(error: GatewayError | null): void {
    if (this.#ended) return
    this.#ended = true
    const { clock, conversations } = this.#engine
    const trace = this.#trace
    trace.endedUs = clock.us()
    trace.error = error
    trace.outcome = error?.kind.outcome ?? 'ok'
    if (error) trace.status = error.status
    for (const attempt of trace.attempts) {
      if (attempt.endedUs > 0) continue
      attempt.endedUs = trace.endedUs
      attempt.error = error
    }
    keepAnswers(this.#engine, trace)
    if (this.#turn && GOES_ON.has(trace.outcome)) {
      conversations.answered(this.#turn, trace.episodeId)
    }
    const late = trace.task?.late?.all
    if (late) void late.then(() => this.#keep())
    else this.#keep()
  }

  #keep(): void {
    const { store, inFlight } = this.#engine
    const trace = this.#trace
    if (!trace.ask.dryrun) {
      const draft = trace.draft()
      store.add(draft, sizeOfDraft(draft))
    }
    inFlight.ended(trace)
  }
}
