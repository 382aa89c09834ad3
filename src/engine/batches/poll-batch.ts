import type { Config, Target } from '../../config/config.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { BatchResult } from '../../providers/batch.ts'
import type { ChatWire } from '../../providers/provider.ts'
import type { StoreClient } from '../../store/client.ts'
import type { Engine } from '../engine.ts'
import { askInSteps } from './ask-in-steps.ts'
import type { Batch } from '../../domain/batch.ts'
import { batchingOf } from './batch-place.ts'
import { dropItems, itemsOf, putBatch, readBatch, Turn } from './kept-batches.ts'
import { recordItem } from './record-item.ts'

/**
 * A batch as it stands. While it is pending its provider is asked; once the provider is done, the
 * answers become records, exactly once whoever asks. Throws `GatewayError`; the batch goes on.
 */
export async function pollBatch(
  engine: Engine,
  stored: StoreClient,
  wanted: { readonly batchId: string; readonly inferenceId: string | null },
): Promise<Batch> {
  const config = engine.config()
  if (config.relay) {
    const message = 'poll_batch_inference is not supported in relay mode'
    throw new GatewayError('invalid_request', message)
  }
  const batch = await readBatch(stored, wanted.batchId)
  const { inferenceId } = wanted
  if (!batch || (inferenceId !== null && !batch.inferenceIds.includes(inferenceId))) {
    const id = inferenceId ?? wanted.batchId
    throw new GatewayError('not_found', `Batch request not found for id: ${id}`)
  }
  if (batch.status !== 'pending') return batch
  return askAfter({ engine, config, stored, batch, target: targetOf(config, batch) })
}

interface Asking {
  readonly engine: Engine
  readonly config: Config
  readonly stored: StoreClient
  readonly batch: Batch
  readonly target: Target
}

/** Its answers are there, in the format of this wire. */
interface Answered extends Asking {
  readonly wire: ChatWire
}

function targetOf(config: Config, { model, provider }: Batch): Target {
  const found = config.model(model)?.targets.find(({ name }) => name === provider)
  if (found) return found
  const message = `The batch was handed in to the provider \`${provider}\` of the model \`${model}\`, which is not configured any more.`
  throw new GatewayError('invalid_request', message)
}

async function askAfter(asking: Asking): Promise<Batch> {
  const { engine, batch, target } = asking
  const { api, wire, place } = batchingOf(target)
  // Who asks after a batch sends no credentials: the configured ones must do.
  const asked = { target, credentials: new Map() }
  const state = await askInSteps(engine, asked, api.poll(place, batch.known))
  if (state.status === 'pending') return batch
  const results = state.status === 'completed' ? state.results : []
  const silence = state.status === 'failed' ? state.message : NO_ANSWER
  return finishOnce(
    { ...asking, wire },
    new Map(results.map((result) => [result.id, result])),
    silence,
  )
}

const NO_ANSWER = 'The provider gave no answer to this request of the batch.'

type Results = ReadonlyMap<string, BatchResult>

async function finishOnce(asking: Answered, results: Results, silence: string): Promise<Batch> {
  const { engine, stored, batch } = asking
  const now = () => engine.clock.now()
  const turn = new Turn(stored, { id: batch.id, token: engine.ids.next(), now })
  if (!(await turn.take())) return batch
  try {
    // Another may just have done it.
    const standing = (await readBatch(stored, batch.id)) ?? batch
    if (standing.status !== 'pending') return standing
    return await finish(asking, { results, silence, turn })
  } finally {
    await turn.end()
  }
}

interface Finishing {
  readonly results: Results
  /** Said of a request without a result. */
  readonly silence: string
  readonly turn: Turn
}

async function finish(asking: Answered, finishing: Finishing): Promise<Batch> {
  const { engine, stored, batch } = asking
  const failures: Record<string, string> = {}
  let answered = 0
  for await (const items of itemsOf(stored, batch)) {
    const failed = items.flatMap((item) => {
      const { results, silence } = finishing
      const result = results.get(item.id) ?? null
      const failure = recordItem(asking, item, { result, silence })
      return failure === null ? [] : [[item.id, failure] as const]
    })
    Object.assign(failures, Object.fromEntries(failed))
    answered += items.length - failed.length
    await allKept(
      engine,
      items.map(({ id }) => id),
    )
    await finishing.turn.keep()
  }
  const status = answered > 0 ? 'completed' : 'failed'
  const done: Batch = { ...batch, stateId: engine.ids.next(), status, failures }
  await putBatch(stored, done)
  await dropItems(stored, done)
  return done
}

/** The batch is done only when its answers can be read. */
async function allKept({ store }: Engine, ids: readonly string[]): Promise<void> {
  const kept = await Promise.all(ids.map((id) => store.committed(id)))
  if (kept.every(Boolean)) return
  const message = 'The answers of the batch could not be written down now. Ask again.'
  throw new GatewayError('overloaded', message, { retryAfterS: 1 })
}
