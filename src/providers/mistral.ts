import { z } from 'zod'
import { openaiCompatible } from './openai-compatible.ts'

/** Mistral AI. Source: docs.mistral.ai/api. */
export const mistral = openaiCompatible({
  type: 'mistral',
  apiBase: 'https://api.mistral.ai/v1/',
  credential: 'env::MISTRAL_API_KEY',
  fields: {
    prompt_mode: z.enum(['reasoning']).optional().describe('The system prompt for reasoning.'),
  },
  quirks: {
    maxTokens: 'max_tokens',
    seed: 'random_seed',
    requiredChoice: 'any',
    thinking: 'none',
    reasoningBack: 'thinking_list',
    asksForUsage: false,
    lacks: ['logprobs', 'top_logprobs', 'service_tier', 'verbosity', 'user', 'top_k'],
  },
  adapt: (body, { options }) =>
    options['prompt_mode'] === 'reasoning' ? { prompt_mode: 'reasoning', ...body } : body,
})
