import { asObject, type JsonObject } from '../lib/json.ts'
import { openaiCompatible } from './openai-compatible.ts'
import { perplexityEmbeddings } from './perplexity-embeddings.ts'

/** Perplexity. Source: docs.perplexity.ai, chat completions and the Agent API. */
export const perplexity = openaiCompatible({
  type: 'perplexity',
  apiBase: 'https://api.perplexity.ai/',
  credential: 'env::PERPLEXITY_API_KEY',
  apiTypes: ['responses'],
  // Its agents alone are below a version.
  url: ({ base, wire, ...target }) => {
    const root = wire.name === 'openai_responses' ? base.replace(/\/(?:v1\/)?$/, '/v1/') : base
    return root + wire.path(target)
  },
  wires: { embeddings: perplexityEmbeddings },
  quirks: {
    maxTokens: 'max_tokens',
    asksForUsage: false,
    signatures: true,
    lacks: [
      'n',
      'seed',
      'service_tier',
      'verbosity',
      'logprobs',
      'top_logprobs',
      'user',
      'parallel_tool_calls',
    ],
  },
  adapt: (body, { options }) => (options['api_type'] === 'responses' ? forAgents(body) : body),
})

/** Its agents keep nothing, and have a schema where chat completions has it. */
function forAgents({ store: _store, include: _include, text, ...body }: JsonObject): JsonObject {
  const { type, ...json_schema } = asObject(asObject(text)?.['format']) ?? {}
  return type === 'json_schema' ? { ...body, response_format: { type, json_schema } } : body
}
