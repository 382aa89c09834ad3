import { openaiCompatible } from './openai-compatible.ts'
import { openaiCompletions } from './openai-operations.ts'

/** DeepSeek. Source: api-docs.deepseek.com, with its guide to the Anthropic API. */
export const deepseek = openaiCompatible({
  type: 'deepseek',
  title: 'DeepSeek',
  apiBase: 'https://api.deepseek.com/v1/',
  credential: 'env::DEEPSEEK_API_KEY',
  apiTypes: ['responses', 'messages'],
  wires: { completions: openaiCompletions },
  quirks: {
    maxTokens: 'max_tokens',
    thinking: 'thinking',
    reasoningBack: 'reasoning_content',
    json: 'json_object',
    lacks: ['n', 'service_tier', 'verbosity', 'user', 'top_k'],
  },
  url: ({ base, wire, ...target }) => {
    const folder = FOLDERS.get(wire.name)
    const root = folder === undefined ? base : base.replace(/\/(?:v1\/)?$/, folder)
    return root + wire.path(target)
  },
})

/** Texts are continued, and Messages answered, at other addresses than the rest. */
const FOLDERS: ReadonlyMap<string, string> = new Map([
  ['openai_completions', '/beta/'],
  ['anthropic_messages', '/anthropic/v1/'],
])
