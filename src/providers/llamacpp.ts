import { openaiCompatible } from './openai-compatible.ts'
import { textOperations } from './openai-operations.ts'

/** llama.cpp's server. Source: github.com/ggml-org/llama.cpp, tools/server. */
export const llamacpp = openaiCompatible({
  type: 'llamacpp',
  apiBase: 'http://localhost:8080/v1/',
  credential: 'none',
  apiTypes: ['responses', 'messages'],
  wires: textOperations,
  quirks: { maxTokens: 'max_tokens', reasoningBack: 'reasoning_content' },
})
