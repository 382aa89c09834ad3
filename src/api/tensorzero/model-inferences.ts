import type { Block } from '../../domain/chat.ts'
import { inputOf } from '../../domain/input.ts'
import { inputJson, storedBlock } from '../../domain/native-blocks.ts'
import type { AttemptRecord } from '../../domain/record.ts'
import { totalInput, totalOutput } from '../../domain/usage.ts'
import { usageOfCached } from '../../engine/cached-usage.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Route } from '../../http/route.ts'
import type { JsonObject } from '../../lib/json.ts'
import { upToNow } from '../../ops/up-to-now.ts'
import type { StoredInference } from '../../store/store.ts'
import type { App } from '../app.ts'
import { compact } from '../compact.ts'
import { readBySchema } from '../serde.ts'
import { nativeRoute, storedOf, Uuid } from './native-route.ts'
import { secondsOf } from './stored-inference.ts'

const modelInferences = nativeRoute({
  method: 'GET',
  path: '/internal/model_inferences/:id',
  summary: 'What models were told and answered for one inference.',
  handle: async (app: App, { params }) => {
    const id = readBySchema(Uuid, params['id'])
    const stored = storedOf(app)
    await upToNow(stored)
    const found = await stored.reads.get(id)
    if (!found) return { model_inferences: [] }
    const answered = found.attemptRecords.filter(({ error }) => error === null)
    const config = app.engine.config()
    return { model_inferences: answered.map((attempt) => present(found, asFirst(config, attempt))) }
  },
})

export const modelInferenceRoutes: readonly Route<App>[] = [modelInferences]

/** TensorZero stores of an answer from its cache what it would have used without. */
function asFirst(config: ReturnType<Engine['config']>, attempt: AttemptRecord): AttemptRecord {
  if (attempt.cached !== true) return attempt
  return { ...attempt, usage: usageOfCached(config, attempt) ?? attempt.usage }
}

function present(found: StoredInference, attempt: AttemptRecord): JsonObject {
  const { usage, costNano } = attempt
  // A function's calls each say what they said; a model's own answer is the inference's.
  const { native, output } = found.record
  const said = attempt.output ?? (native ? [] : output)
  const { messages = [], ...system } = inputJson(inputOf(attempt.input ?? found.record.input))
  return {
    id: attempt.id,
    inference_id: found.id,
    raw_request: attempt.rawRequest,
    raw_response: attempt.rawResponse,
    model_name: attempt.model ?? found.model ?? found.requestedModel,
    model_provider_name: attempt.provider,
    ...known({
      input_tokens: usage && totalInput(usage),
      output_tokens: usage && totalOutput(usage),
      response_time_ms: sinceItsStart(attempt, attempt.endedUs),
      ttft_ms: found.stream ? sinceItsStart(attempt, attempt.ttftUs) : null,
    }),
    timestamp: secondsOf(found.startedAt),
    ...system,
    input_messages: messages,
    output: said.map((block) => outputBlock(block, attempt)),
    ...known({
      provider_cache_read_input_tokens: usage?.cacheRead ?? null,
      provider_cache_write_input_tokens: usage?.cacheWrite ?? null,
    }),
    cached: attempt.cached ?? false,
    ...known({ cost: costNano === null ? null : costNano / 1e9 }),
  }
}

/** Milliseconds of the call itself: others may have come before it. */
function sinceItsStart({ startedUs }: AttemptRecord, us: number | null): number | null {
  return us === null ? null : Math.round((us - startedUs) / 1000)
}

/** Whose thought it is; whose words nobody else knows. */
function outputBlock(block: Block, { providerType, model, provider }: AttemptRecord): JsonObject {
  if (block.type === 'thought') return storedBlock({ providerType, ...block })
  if (block.type !== 'unknown') return storedBlock(block)
  return storedBlock({ ...compact({ modelName: model }), providerName: provider, ...block })
}

/** Figures that are known. */
export function known(figures: Readonly<Record<string, number | null>>): Record<string, number> {
  const told = Object.entries(figures).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  )
  return Object.fromEntries(told)
}
