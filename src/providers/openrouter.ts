import { openaiCompatible } from './openai-compatible.ts'
import { textOperations } from './openai-operations.ts'

/** OpenRouter. Source: openrouter.ai/docs/api-reference. */
export const openrouter = openaiCompatible({
  type: 'openrouter',
  title: 'OpenRouter',
  apiBase: 'https://openrouter.ai/api/v1/',
  credential: 'env::OPENROUTER_API_KEY',
  apiTypes: ['responses', 'messages'],
  wires: textOperations,
  quirks: {
    // Sends usage in every stream, asked or not.
    asksForUsage: false,
    maxTokens: 'max_tokens',
    thinking: 'reasoning',
    reasoningBack: 'reasoning_details',
    cacheControl: true,
    filesInResults: true,
  },
})
