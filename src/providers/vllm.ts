import { openaiCompatible } from './openai-compatible.ts'
import { openaiTranscription, openaiTranslation, textOperations } from './openai-operations.ts'

/** A vLLM server. Source: docs.vllm.ai, OpenAI-compatible server. */
export const vllm = openaiCompatible({
  type: 'vllm',
  title: 'vLLM',
  credential: 'env::VLLM_API_KEY',
  apiTypes: ['responses', 'messages'],
  wires: {
    ...textOperations,
    transcription: openaiTranscription,
    translation: openaiTranslation,
  },
  quirks: { maxTokens: 'max_tokens', reasoningBack: 'reasoning', json: 'guided_json' },
})
