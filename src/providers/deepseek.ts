import { openaiCompatible } from './openai-compatible.ts'
import { openaiCompletions } from './openai-operations.ts'

/** DeepSeek. Source: api-docs.deepseek.com. Texts are continued at another address than the rest. */
export const deepseek = openaiCompatible({
  type: 'deepseek',
  apiBase: 'https://api.deepseek.com/v1/',
  credential: 'env::DEEPSEEK_API_KEY',
  apiTypes: true,
  wires: { completions: openaiCompletions },
  quirks: {
    maxTokens: 'max_tokens',
    thinking: 'thinking',
    reasoningBack: 'reasoning_content',
    json: 'json_object',
    lacks: ['n', 'service_tier', 'verbosity', 'user', 'top_k'],
  },
  url: ({ base, wire, ...target }) =>
    (wire.name === 'openai_completions' ? base.replace(/\/(?:v1\/)?$/, '/beta/') : base) +
    wire.path(target),
})
