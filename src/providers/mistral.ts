import { z } from 'zod'
import type { JsonObject } from '../lib/json.ts'
import { NINE_LETTERS } from './call-ids.ts'
import { openaiCompatible } from './openai-compatible.ts'
import {
  openaiCompletions,
  openaiEmbeddings,
  openaiModerations,
  openaiTranscription,
} from './openai-operations.ts'

/** Mistral AI. Source: docs.mistral.ai/api. */
export const mistral = openaiCompatible({
  type: 'mistral',
  title: 'Mistral',
  apiBase: 'https://api.mistral.ai/v1/',
  credential: 'env::MISTRAL_API_KEY',
  fields: {
    prompt_mode: z.enum(['reasoning']).optional().describe('The system prompt for reasoning.'),
  },
  wires: {
    embeddings: openaiEmbeddings,
    completions: { ...openaiCompletions, path: () => 'fim/completions' },
    moderations: openaiModerations,
    transcription: openaiTranscription,
  },
  quirks: {
    maxTokens: 'max_tokens',
    seed: 'random_seed',
    requiredChoice: 'any',
    callNames: NINE_LETTERS,
    thinking: 'none',
    reasoningBack: 'thinking_list',
    filesInResults: true,
    asksForUsage: false,
    lacks: ['logprobs', 'top_logprobs', 'service_tier', 'verbosity', 'user', 'top_k'],
  },
  adapt: (body, { options }) => {
    if ('input' in body) return withDimension(body)
    return options['prompt_mode'] === 'reasoning' ? { prompt_mode: 'reasoning', ...body } : body
  },
})

/** It has another name for how long a vector is to be, and refuses what it does not know. */
function withDimension(body: JsonObject): JsonObject {
  const { dimensions, ...rest } = body
  return dimensions === undefined ? body : { ...rest, output_dimension: dimensions }
}
