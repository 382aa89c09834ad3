import type { Config, Model } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import { nearest } from '../lib/nearest.ts'
import type { Ask } from './ask.ts'

/** The model a client named. An unknown name is answered with the nearest known ones. */
export function resolveModel(
  config: Config,
  ask: Pick<Ask, 'operation' | 'model' | 'relay' | 'dialect' | 'verbatim'>,
): Model {
  const ownOfEmbeddings =
    ask.operation === 'embeddings' ? config.embeddingModels.get(ask.model) : undefined
  const model = ownOfEmbeddings ?? config.model(ask.model)
  if (model) return model
  // Who speaks TensorZero's keys has forgotten its prefix.
  if (ask.relay && ask.dialect === 'openai.chat' && !ask.verbatim) throw withoutPrefix()
  const close = nearest(ask.model, config.modelNames)
  const hint = close === undefined ? knownModels(config) : `Did you mean \`${close}\`?`
  const grammar = ask.relay ? ` ${GRAMMAR}` : ''
  throw new GatewayError(
    'not_found',
    `There is no model named \`${ask.model}\`. ${hint}${grammar}`,
    {
      param: 'model',
      status: ask.relay || ask.operation === 'embeddings' ? 404 : 400,
    },
  )
}

const GRAMMAR =
  "By TensorZero's rules the `model` field must start with `tensorzero::function_name::` or `tensorzero::model_name::`."

/** The client speaks TensorZero's words and names its model in another way than those. */
export function withoutPrefix(): GatewayError {
  return new GatewayError(
    'invalid_request',
    'Invalid request to OpenAI-compatible endpoint: `model` field must start with `tensorzero::function_name::` or `tensorzero::model_name::`. For example, `tensorzero::function_name::my_function` for a function `my_function` defined in your config, `tensorzero::model_name::my_model` for a model `my_model` defined in your config, or default functions like `tensorzero::model_name::openai::gpt-4o-mini`.',
    { param: 'model' },
  )
}

function knownModels(config: Config): string {
  const names = config.modelNames.slice(0, 8).map((name) => `\`${name}\``)
  const use = 'Use a configured model or a short name such as `openai::gpt-5`'
  return names.length > 0 ? `${use}; known here: ${names.join(', ')}.` : `${use}.`
}
