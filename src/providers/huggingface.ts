import { openaiCompatible } from './openai-compatible.ts'

/** Hugging Face's router to many providers. Source: huggingface.co/docs/inference-providers. */
export const huggingface = openaiCompatible({
  type: 'huggingface',
  apiBase: 'https://router.huggingface.co/v1/',
  credential: 'env::HF_TOKEN',
  apiTypes: ['responses'],
  quirks: { maxTokens: 'max_tokens', reasoningBack: 'reasoning' },
})
