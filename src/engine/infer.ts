import { GatewayError } from '../domain/errors.ts'
import type { Ask } from './ask.ts'
import { answerOf } from './attempts.ts'
import type { Reply } from './call.ts'
import { sizeOfDraft } from './draft.ts'
import type { Engine } from './engine.ts'
import { answerTask } from './functions/answer-task.ts'
import { checkFilters } from './patches.ts'
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
  const trace = new Trace(ask, {
    id: engine.ids.next(),
    episodeId: ask.episodeId ?? engine.ids.next(),
    at: engine.clock.now(),
    us: engine.clock.us(),
    configHash: config.hash,
  })
  const record = new RecordOnce(engine, trace)
  engine.inFlight.started(trace)
  try {
    await deliver({
      trace,
      reply: async () => {
        if (ask.task) return answerTask({ engine, config, trace, ask, task: ask.task })
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

class RecordOnce {
  readonly #engine: Engine
  readonly #trace: Trace
  #ended = false

  constructor(engine: Engine, trace: Trace) {
    this.#engine = engine
    this.#trace = trace
  }

  async beforeEnd(waits: boolean): Promise<void> {
    if (!waits) return
    this.end(null)
    if (!this.#trace.ask.dryrun) await this.#engine.store.committed(this.#trace.id)
  }

  end(error: GatewayError | null): void {
    if (this.#ended) return
    this.#ended = true
    const { clock, store, inFlight } = this.#engine
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
    if (!trace.ask.dryrun) {
      const draft = trace.draft()
      store.add(draft, sizeOfDraft(draft))
    }
    inFlight.ended(trace)
  }
}
