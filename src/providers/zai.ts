import { openaiCompatible } from './openai-compatible.ts'

/** Z.AI (GLM). Source: docs.z.ai. */
export const zai = openaiCompatible({
  type: 'zai',
  apiBase: 'https://api.z.ai/api/paas/v4/',
  credential: 'env::ZAI_API_KEY',
  apiTypes: ['messages'],
  messagesBase: (base) => base.replace(/\/(?:api\/paas\/v4\/)?$/, '/api/anthropic/v1/'),
  quirks: {
    maxTokens: 'max_tokens',
    thinking: 'thinking',
    reasoningBack: 'reasoning_content',
    json: 'json_object',
    asksForUsage: false,
    lacks: [
      'n',
      'presence_penalty',
      'frequency_penalty',
      'logprobs',
      'top_logprobs',
      'service_tier',
      'verbosity',
      'parallel_tool_calls',
      'seed',
    ],
  },
})
