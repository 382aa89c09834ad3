import { GatewayError } from '../../domain/errors.ts'
import { answerOf } from '../attempts.ts'
import { partsOf } from './answers.ts'
import type { VariantContext } from './variant-context.ts'

/** The vector of a text. Its call is one of the inference's own, and stands in its record. */
export async function embed(
  { engine, config, trace, ask, variant, startedUs }: VariantContext,
  name: string,
  text: string,
): Promise<readonly number[]> {
  const model = config.embeddingModels.get(name) ?? config.model(name)
  if (!model) {
    throw new GatewayError('not_found', `There is no embedding model named \`${name}\`.`)
  }
  const { task: _task, ...base } = ask
  const reply = await answerOf(engine, trace, {
    model,
    retries: model.retries,
    ask: {
      ...base,
      operation: 'embeddings',
      wire: null,
      relay: false,
      verbatim: false,
      requestedModel: name,
      stream: false,
      wantsUsage: true,
      extraBody: [],
      extraHeaders: [],
      encodeFor: ({ wires }, target) =>
        wires.embeddings?.encode(
          { inputs: [text], extra: {}, wire: 'openai_embeddings' },
          target,
        ) ?? null,
      variant: {
        name: variant.name,
        timeouts: variant.timeouts,
        startedUs,
        extraBody: [],
        extraHeaders: [],
        input: { messages: [{ role: 'user', content: [{ type: 'text', text }] }] },
        cacheKey: '',
      },
    },
  })
  const parts = await partsOf(reply)
  const found = parts.find((part) => part.type === 'embedding')
  if (found) return found.vector
  throw new GatewayError('upstream_bad_response', `The model ${name} gave no vector.`)
}
