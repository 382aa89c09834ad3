import { z } from 'zod'
import { openaiCompatible } from './openai-compatible.ts'

/** OpenAI itself, and with `api_base` any server that speaks its API. */
export const openai = openaiCompatible({
  type: 'openai',
  apiBase: 'https://api.openai.com/v1/',
  credential: 'env::OPENAI_API_KEY',
  fields: {
    api_type: z
      .enum(['chat_completions'], { error: 'only `chat_completions` is supported so far' })
      .default('chat_completions')
      .describe('Which of the two OpenAI APIs to call.'),
  },
})
