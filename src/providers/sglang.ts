import { openaiCompatible } from './openai-compatible.ts'
import { textOperations } from './openai-operations.ts'

/** An SGLang server. Source: docs.sglang.ai, OpenAI APIs. */
export const sglang = openaiCompatible({
  type: 'sglang',
  title: 'SGLang',
  credential: 'none',
  apiTypes: ['responses', 'messages'],
  wires: textOperations,
  quirks: { maxTokens: 'max_tokens', reasoningBack: 'reasoning_content' },
})
