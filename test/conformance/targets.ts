import type { Recording } from './recording.ts'
import type { DialectName } from './clients.ts'

/** How a recording's provider is called in the configuration, and the wire's own dialect. */
export interface Route {
  readonly toml: string
  readonly own: DialectName | null
}

const CHAT_TYPES = new Set([
  'cerebras',
  'deepseek',
  'groq',
  'huggingface',
  'llamacpp',
  'mistral',
  'moonshot',
  'openrouter',
  'perplexity',
  'together',
  'vllm',
  'xai',
  'zai',
])

const quoted = (text: string) => JSON.stringify(text)
const KEYLESS = 'api_key_location = "none"'

/** Null where Weir speaks no such API; then `reason` says so. */
export function routeOf(recording: Recording, base: string): Route | { reason: string } {
  const { api, provider, url_path: path } = recording
  const model = quoted(recording.model || 'some-model')
  const named = `model_name = ${model}\napi_base = ${quoted(base)}\n${KEYLESS}`
  const vertex = `location = "us-east5"\nproject_id = "p"\nmodel_id = ${model}\napi_base = ${quoted(base)}\ncredential_location = "none"`
  switch (api) {
    case 'chat': {
      const type = CHAT_TYPES.has(provider) ? provider : 'openai'
      return { own: 'chat', toml: `type = ${quoted(type)}\n${named}` }
    }
    case 'responses':
      return { own: 'responses', toml: `type = "openai"\napi_type = "responses"\n${named}` }
    case 'messages': {
      if (provider !== 'vertex') return { own: 'messages', toml: `type = "anthropic"\n${named}` }
      return { own: 'messages', toml: `type = "gcp_vertex_anthropic"\n${vertex}` }
    }
    case 'gemini': {
      const studio = `type = "google_ai_studio_gemini"\n${named}`
      return {
        own: 'gemini',
        toml: provider === 'vertex' ? `type = "gcp_vertex_gemini"\n${vertex}` : studio,
      }
    }
    case 'converse':
      return { own: null, toml: bedrock(model, base, 'converse') }
    case 'invoke':
      if (/anthropic\.claude-(?!v2|instant)|^claude/.test(recording.model ?? path)) {
        return { own: 'messages', toml: bedrock(model, base, 'invoke') }
      }
      return {
        reason: 'InvokeModel is spoken for Anthropic’s Messages only; other models go by Converse',
      }
    case 'cohere_chat':
      if (path.includes('/v2/')) return { own: null, toml: `type = "cohere"\n${named}` }
      return { reason: 'Cohere’s v1 API; Weir speaks v2' }
    case 'ollama_chat':
      return { own: null, toml: `type = "ollama"\n${named}` }
    default:
      return { reason: REASONS[api] ?? 'no such API in Weir' }
  }
}

function bedrock(model: string, base: string, type: string): string {
  const keys = ['access_key_id', 'secret_access_key'].map((key) => `${key} = "AKIDEXAMPLE"`)
  return `type = "aws_bedrock"\napi_type = "${type}"\nmodel_id = ${model}\nregion = "us-east-1"\nendpoint_url = ${quoted(base)}\n${keys.join('\n')}`
}

const OTHERS = 'no conversation: proved by test/operations-recordings.test.ts'
const REASONS: Readonly<Record<string, string>> = {
  embeddings: OTHERS,
  completions: OTHERS,
  rerank: OTHERS,
  moderations: OTHERS,
  count_tokens: 'counts tokens: no conversation',
  interactions: 'Google’s Interactions API; Weir speaks generateContent',
  cloudflare_run: 'Cloudflare’s own API; Weir speaks its OpenAI-compatible one',
  hf_task: 'a task of Hugging Face, no conversation',
  ollama_generate: 'Ollama’s completion API; Weir speaks its chat API',
}
