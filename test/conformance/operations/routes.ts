import type { Recording } from '../recording.ts'
import { namedToml, vertexToml } from '../targets.ts'

/** By whose SDK an operation is asked for; `plain` where nobody has one. */
export const CLIENTS = ['openai', 'anthropic', 'gemini', 'plain'] as const
export type ClientName = (typeof CLIENTS)[number]

export interface OperationRoute {
  readonly toml: string
  readonly clients: readonly ClientName[]
  /** The one that speaks the provider's own format. */
  readonly own: ClientName | null
}

/** Providers whose embeddings have a format of their own. */
const OTHERS = new Set(['cohere', 'gemini', 'vertex'])
const TYPES = new Set([
  'cohere',
  'llamacpp',
  'mistral',
  'ollama',
  'openrouter',
  'perplexity',
  'together',
  'vllm',
])

/** How a recording that is no conversation is played. */
export function operationRoute(
  recording: Recording,
  base: string,
): OperationRoute | { reason: string } | null {
  const { api, provider, url_path: path } = recording
  const toml = tomlOf(recording, base)
  switch (api) {
    case 'embeddings':
      if (/\/api\/embed(dings)?$/.test(path)) {
        return { reason: 'Ollama’s older embeddings API; Weir speaks the one like OpenAI’s' }
      }
      return {
        toml,
        clients: ['openai', 'gemini'],
        own: OTHERS.has(provider) || provider === 'perplexity' ? null : 'openai',
      }
    case 'completions':
    case 'moderations':
      return { toml, clients: ['openai'], own: 'openai' }
    case 'rerank':
      return { toml, clients: ['plain'], own: 'plain' }
    case 'count_tokens':
      return countingRoute(recording, toml)
    default:
      return null
  }
}

function countingRoute(
  { provider, url_path: path }: Recording,
  toml: string,
): ReturnType<typeof operationRoute> {
  if (provider === 'bedrock') {
    return { reason: 'Bedrock counts in words of its own: no client asks in them' }
  }
  if (provider === 'openai') return { toml, clients: ['openai'], own: 'openai' }
  const claude = provider === 'anthropic' || isClaudes(path)
  if (claude) return { toml, clients: ['anthropic'], own: 'anthropic' }
  return { toml, clients: ['gemini'], own: 'gemini' }
}

function tomlOf(recording: Recording, base: string): string {
  const { provider, api, model, url_path: path } = recording
  if (provider === 'vertex') {
    const type = isClaudes(path) ? 'gcp_vertex_anthropic' : 'gcp_vertex_gemini'
    return vertexToml(type, recording, base)
  }
  if (provider === 'gemini') return namedToml('google_ai_studio_gemini', recording, base)
  if (provider === 'azure') {
    const deployment = JSON.stringify(model ?? 'd')
    return `type = "azure"\ndeployment_id = ${deployment}\nendpoint = ${JSON.stringify(base)}\napi_key_location = "none"`
  }
  if (api === 'count_tokens' && provider === 'anthropic') {
    return namedToml('anthropic', recording, base)
  }
  // OpenAI itself ranks nothing.
  const other = api === 'rerank' ? 'vllm' : 'openai'
  return namedToml(TYPES.has(provider) ? provider : other, recording, base)
}

function isClaudes(path: string): boolean {
  return path.includes('/publishers/anthropic/')
}
