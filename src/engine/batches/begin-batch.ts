import type { Config, Target } from '../../config/config.ts'
import type { ChatVariant, FunctionConfig, Variant } from '../../config/functions.ts'
import { type Cause, GatewayError } from '../../domain/errors.ts'
import type { StoreClient } from '../../store/client.ts'
import { providersFailed } from '../attempts.ts'
import type { Engine } from '../engine.ts'
import { allVariantsFailed } from '../functions/all-failed.ts'
import { drawnVariant, only, pinnedVariant } from '../functions/choose-variant.ts'
import { checkNamespace, modelFor } from '../functions/variant-context.ts'
import { askInSteps } from './ask-in-steps.ts'
import { batchingOf } from './batch-place.ts'
import { dropItems, keepItems, putHandedIn } from './kept-batches.ts'
import { type BatchAsk, readyItems, type ReadyItem } from './ready-items.ts'
import { writeItem } from './write-item.ts'
import { functionNamed } from '../functions/function-named.ts'

export interface BegunBatch {
  readonly id: string
  readonly inferenceIds: readonly string[]
  readonly episodeIds: readonly string[]
}

/**
 * Hands many requests in at once: one variant for all of them, the first of its model's providers
 * that takes them. Throws `GatewayError`.
 */
export async function beginBatch(
  engine: Engine,
  stored: StoreClient,
  ask: BatchAsk,
): Promise<BegunBatch> {
  const config = engine.config()
  if (config.relay) throw refuse('start_batch_inference is not supported in relay mode')
  const fn = functionNamed(config, ask.functionName)
  const items = await readyItems(engine, config, fn, ask)
  const beginning: Beginning = { engine, config, stored, fn, ask, items }
  const id = ask.variantName === null ? await beginAny(beginning) : await beginPinned(beginning)
  return {
    id,
    inferenceIds: items.map((item) => item.id),
    episodeIds: items.map(({ episodeId }) => episodeId),
  }
}

interface Beginning {
  readonly engine: Engine
  readonly config: Config
  readonly stored: StoreClient
  readonly fn: FunctionConfig
  readonly ask: BatchAsk
  readonly items: readonly ReadyItem[]
}

async function beginPinned(beginning: Beginning): Promise<string> {
  const { fn, ask, items } = beginning
  const variant = pinnedVariant(fn, ask.variantName ?? '')
  for (const { tags } of items) tags['tensorzero::variant_pinned'] = variant.name
  return beginAs(beginning, variant)
}

/** The experiment's choice for the first episode; where that cannot be had, its next one. */
async function beginAny(beginning: Beginning): Promise<string> {
  const { engine, config, fn, ask, items } = beginning
  const episodeId = items[0]?.episodeId ?? ''
  const fresh = ask.items[0]?.episodeId === null
  const asker = { episodeId, fresh, dryrun: false }
  const [alone, ...others] = fn.variants.values()
  const choice =
    alone && others.length === 0
      ? only(alone)
      : drawnVariant(fn, null, { config, experiments: engine.experiments, asker })
  const errors = new Map<string, GatewayError>()
  for (;;) {
    const variant = await choice.next()
    if (!variant) throw allVariantsFailed(errors)
    try {
      return await beginAs(beginning, variant)
    } catch (thrown) {
      const error = GatewayError.from(thrown)
      if (choice.alone || isFinal(error)) throw error
      errors.set(variant.name, error)
    }
  }
}

async function beginAs(beginning: Beginning, variant: Variant): Promise<string> {
  checkNamespace('variant', variant.name, variant.namespace, null)
  if (variant.type !== 'chat_completion') {
    const message = `Unsupported variant for batch inference: \`${variant.name}\` is of type \`${variant.type}\``
    throw new GatewayError('unsupported', message)
  }
  const model = modelFor({ config: beginning.config, task: { namespace: null } }, variant.model)
  const causes: Cause[] = []
  for (const target of model.targets) {
    try {
      return await beginAt(beginning, variant, target)
    } catch (thrown) {
      const error = GatewayError.from(thrown)
      if (error.kind.class === 'R7') throw error
      causes.push({ name: target.name, error })
    }
  }
  const last = causes.at(-1)?.error ?? new GatewayError('internal', 'There is no provider.')
  throw providersFailed(causes, last)
}

async function beginAt(
  { engine, config, stored, fn, ask, items }: Beginning,
  variant: ChatVariant,
  target: Target,
): Promise<string> {
  const { api, wire, place: at } = batchingOf(target)
  const id = engine.ids.next()
  const { credentials } = ask
  const writing = { engine, variant, target, wire, credentials, batchId: id }
  const made = items.map((item) => writeItem(writing, item))
  // First it is kept: what is handed in costs money, and must be found again.
  const pieces = await keepItems(stored, id, made)
  const names = { functionName: fn.name, variantName: variant.name }
  const place = { model: target.model, provider: target.name }
  const facts = {
    id,
    stateId: id,
    ...names,
    ...place,
    configHash: config.hash,
    pieces,
    failures: {},
  }
  const inferenceIds = made.map((item) => item.id)
  try {
    const requests = made.map((item) => ({ id: item.id, body: item.request }))
    const beganAt = engine.clock.now()
    const steps = api.begin(at, { id, requests })
    const known = await askInSteps(engine, { target, credentials }, steps)
    await putHandedIn(stored, { ...facts, status: 'pending', known, beganAt, inferenceIds })
    return id
  } catch (thrown) {
    await dropItems(stored, { id, pieces })
    throw thrown
  }
}

/** The fault is ours: another batch would not be kept either. */
function isFinal({ code }: GatewayError): boolean {
  return code === 'internal' || code === 'overloaded'
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
