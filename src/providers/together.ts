import { z } from 'zod'
import { openaiCompatible } from './openai-compatible.ts'
import { openaiImages, textOperations } from './openai-operations.ts'

/** Together AI. Source: docs.together.ai, chat completions. */
export const together = openaiCompatible({
  type: 'together',
  title: 'Together',
  apiBase: 'https://api.together.xyz/v1/',
  credential: 'env::TOGETHER_API_KEY',
  fields: { parse_think_blocks: z.boolean().optional().describe('Accepted, without effect.') },
  wires: { ...textOperations, images: openaiImages },
  quirks: {
    maxTokens: 'max_tokens',
    reasoningBack: 'reasoning',
    json: 'json_object_schema',
    noNoneChoice: true,
    lacks: ['service_tier', 'verbosity', 'user'],
  },
})
