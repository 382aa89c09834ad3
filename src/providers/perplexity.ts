import { openaiCompatible } from './openai-compatible.ts'
import { perplexityEmbeddings } from './perplexity-embeddings.ts'

/** Perplexity. Source: docs.perplexity.ai, chat completions. */
export const perplexity = openaiCompatible({
  type: 'perplexity',
  apiBase: 'https://api.perplexity.ai/',
  credential: 'env::PERPLEXITY_API_KEY',
  wires: { embeddings: perplexityEmbeddings },
  quirks: {
    maxTokens: 'max_tokens',
    asksForUsage: false,
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
})
