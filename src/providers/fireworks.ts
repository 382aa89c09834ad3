import { z } from 'zod'
import { openaiCompatible } from './openai-compatible.ts'
import { textOperations } from './openai-operations.ts'

/** Fireworks AI. Source: docs.fireworks.ai, chat completions. */
export const fireworks = openaiCompatible({
  type: 'fireworks',
  title: 'Fireworks',
  apiBase: 'https://api.fireworks.ai/inference/v1/',
  credential: 'env::FIREWORKS_API_KEY',
  apiTypes: ['responses', 'messages'],
  fields: { parse_think_blocks: z.boolean().optional().describe('Accepted, without effect.') },
  wires: textOperations,
  quirks: {
    maxTokens: 'max_tokens',
    reasoningBack: 'reasoning_content',
    json: 'json_object_schema',
  },
})
