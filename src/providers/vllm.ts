import { openaiCompatible } from './openai-compatible.ts'

/** A vLLM server. Source: docs.vllm.ai, OpenAI-compatible server. */
export const vllm = openaiCompatible({
  type: 'vllm',
  credential: 'env::VLLM_API_KEY',
  quirks: { maxTokens: 'max_tokens', reasoningBack: 'reasoning', json: 'guided_json' },
})
