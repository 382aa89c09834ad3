import { z } from 'zod'
import { openaiCompatible } from './openai-compatible.ts'
import { audioOperations } from './openai-operations.ts'

/** Groq. Source: console.groq.com/docs/api-reference. */
export const groq = openaiCompatible({
  type: 'groq',
  title: 'Groq',
  apiBase: 'https://api.groq.com/openai/v1/',
  credential: 'env::GROQ_API_KEY',
  apiTypes: ['responses'],
  fields: {
    reasoning_format: z
      .enum(['parsed', 'raw', 'hidden'])
      .optional()
      .describe('How the model shows its reasoning.'),
  },
  wires: audioOperations,
  quirks: { reasoningBack: 'reasoning', lacks: ['logprobs', 'top_logprobs', 'verbosity', 'top_k'] },
  adapt: (body, { options }) =>
    typeof options['reasoning_format'] === 'string'
      ? { reasoning_format: options['reasoning_format'], ...body }
      : body,
})
