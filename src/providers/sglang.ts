import { openaiCompatible } from './openai-compatible.ts'

/** An SGLang server. Source: docs.sglang.ai, OpenAI APIs. */
export const sglang = openaiCompatible({
  type: 'sglang',
  credential: 'none',
  quirks: { maxTokens: 'max_tokens', reasoningBack: 'reasoning_content' },
})
