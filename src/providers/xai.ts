import { openaiCompatible } from './openai-compatible.ts'

/** xAI. Source: docs.x.ai, chat completions. */
export const xai = openaiCompatible({
  type: 'xai',
  title: 'xAI',
  apiBase: 'https://api.x.ai/v1/',
  credential: 'env::XAI_API_KEY',
  apiTypes: ['responses'],
  quirks: { reasoningBack: 'reasoning_content', lacks: ['verbosity', 'top_k'] },
})
