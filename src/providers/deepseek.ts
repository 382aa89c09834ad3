import { openaiCompatible } from './openai-compatible.ts'

/** DeepSeek. Source: api-docs.deepseek.com. */
export const deepseek = openaiCompatible({
  type: 'deepseek',
  apiBase: 'https://api.deepseek.com/v1/',
  credential: 'env::DEEPSEEK_API_KEY',
  apiTypes: true,
  quirks: {
    maxTokens: 'max_tokens',
    thinking: 'thinking',
    reasoningBack: 'reasoning_content',
    json: 'json_object',
    lacks: ['n', 'service_tier', 'verbosity', 'user', 'top_k'],
  },
})
