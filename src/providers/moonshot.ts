import { openaiCompatible } from './openai-compatible.ts'

/** Moonshot AI (Kimi). Source: platform.moonshot.ai. */
export const moonshot = openaiCompatible({
  type: 'moonshot',
  apiBase: 'https://api.moonshot.ai/v1/',
  credential: 'env::MOONSHOT_API_KEY',
  apiTypes: ['messages'],
  messagesBase: (base) => base.replace(/\/(?:v1\/)?$/, '/anthropic/v1/'),
  quirks: {
    maxTokens: 'max_tokens',
    thinking: 'thinking',
    reasoningBack: 'reasoning_content',
    lacks: ['service_tier', 'verbosity', 'logprobs', 'top_logprobs', 'top_k'],
  },
})
