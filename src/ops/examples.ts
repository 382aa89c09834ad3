import type { DiclVariant } from '../config/functions.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Example } from '../domain/example.ts'
import { type Ask, NO_WISHES } from '../engine/ask.ts'
import type { Engine } from '../engine/engine.ts'
import { infer } from '../engine/infer.ts'
import { partsOf } from '../engine/functions/answers.ts'
import type { Cancellation } from '../lib/cancel.ts'
import { functionNamed } from '../engine/functions/function-named.ts'

/** An example as it is given: without an id it gets one, without a vector it is embedded. */
export type NewExample = Omit<Example, 'id' | 'embedding'> & {
  readonly id: string | null
  readonly embedding: readonly number[] | null
}

/** So many are embedded with one call, and kept with one write. */
const AT_ONCE = 64

/**
 * Keeps examples for `experimental_dynamic_in_context_learning` variants, and returns their ids.
 * Throws `GatewayError` for the first that is for no such variant, before any is kept.
 */
export async function addExamples(
  engine: Engine,
  given: readonly NewExample[],
  gone: Cancellation,
): Promise<string[]> {
  const { stored, ids } = engine
  if (!stored) {
    const message = 'Nothing is stored here: `gateway.observability.enabled` is false.'
    throw new GatewayError('unsupported', message)
  }
  const asked = given.map((example) => ({
    example,
    model: variantOf(engine, example).embeddingModel,
  }))
  const kept: string[] = []
  for (const [model, examples] of Map.groupBy(asked, (each) => each.model)) {
    for (let at = 0; at < examples.length; at += AT_ONCE) {
      const some = examples.slice(at, at + AT_ONCE).map(({ example }) => example)
      const embedded = await withVectors(engine, { model, gone }, some)
      const ready = embedded.map((each): Example =>
        Object.assign(each, { id: each.id ?? ids.next() }),
      )
      await stored.change({ kind: 'put_examples', examples: ready })
      kept.push(...ready.map(({ id }) => id))
    }
  }
  return kept
}

function variantOf({ config }: Engine, { functionName, variantName }: NewExample): DiclVariant {
  const variant = functionNamed(config(), functionName).variants.get(variantName)
  if (!variant) throw new GatewayError('not_found', `Unknown variant: ${variantName}`)
  if (variant.type === 'dicl') return variant
  const message = `The variant \`${variantName}\` of \`${functionName}\` does not learn from examples.`
  throw new GatewayError('invalid_request', message)
}

interface Embedding {
  readonly model: string
  readonly gone: Cancellation
}

async function withVectors(
  engine: Engine,
  by: Embedding,
  examples: readonly NewExample[],
): Promise<(NewExample & Pick<Example, 'embedding'>)[]> {
  const missing = examples.filter(({ embedding }) => embedding === null)
  const texts = missing.map(({ input }) => input)
  const vectors = texts.length === 0 ? [] : await embed(engine, by, texts)
  const found = new Map(missing.map((example, index) => [example, vectors[index] ?? []]))
  return examples.map((example) => ({
    ...example,
    embedding: example.embedding ?? found.get(example) ?? [],
  }))
}

/** A request like a client's, with its own record. */
async function embed(
  engine: Engine,
  by: Embedding,
  texts: readonly string[],
): Promise<(readonly number[])[]> {
  const vectors: (readonly number[])[] = []
  await infer(engine, embeddingAsk(by, texts), async (inference) => {
    for (const part of await partsOf(await inference.reply())) {
      if (part.type === 'embedding') vectors[part.index] = part.vector
    }
  })
  const missing = texts.findIndex((_, index) => (vectors[index] ?? []).length === 0)
  if (missing < 0) return vectors
  throw new GatewayError('upstream_bad_response', `The model ${by.model} left an embedding out.`)
}

function embeddingAsk({ model, gone }: Embedding, texts: readonly string[]): Ask {
  const json = { model, input: [...texts] }
  return {
    dialect: 'openai.embeddings',
    operation: 'embeddings',
    wire: 'openai_embeddings',
    requestedModel: model,
    model,
    relay: false,
    stream: false,
    wantsUsage: true,
    body: Buffer.from(JSON.stringify(json)),
    json,
    verbatim: false,
    encodeFor: ({ wires }, target) =>
      wires.embeddings?.encode({ inputs: texts, extra: {}, wire: 'openai_embeddings' }, target) ??
      null,
    ...NO_WISHES,
    gone,
  }
}
