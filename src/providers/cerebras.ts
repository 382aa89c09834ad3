import { openaiCompatible } from './openai-compatible.ts'

/** Cerebras. Source: inference-docs.cerebras.ai. */
export const cerebras = openaiCompatible({
  type: 'cerebras',
  apiBase: 'https://api.cerebras.ai/v1/',
  credential: 'env::CEREBRAS_API_KEY',
  quirks: {
    reasoningBack: 'reasoning',
    lacks: ['presence_penalty', 'frequency_penalty', 'verbosity', 'top_k'],
  },
})
