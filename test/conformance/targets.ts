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

const RESPONSES_TYPES = new Set([
  'deepseek',
  'groq',
  'huggingface',
  'llamacpp',
  'openrouter',
  'perplexity',
  'sglang',
  'vllm',
  'xai',
])

const quoted = (text: string) => JSON.stringify(text)
const KEYLESS = 'api_key_location = "none"'

/** A provider that is found by its name and address. */
export function namedToml(type: string, { model }: Recording, base: string): string {
  const name = quoted(model || 'some-model')
  return `type = ${quoted(type)}\nmodel_name = ${name}\napi_base = ${quoted(base)}\n${KEYLESS}`
}

/** One on Google Cloud. */
export function vertexToml(type: string, { model }: Recording, base: string): string {
  const name = quoted(model || 'some-model')
  return `type = ${quoted(type)}\nlocation = "us-east5"\nproject_id = "p"\nmodel_id = ${name}\napi_base = ${quoted(base)}\ncredential_location = "none"`
}

/** Null where Weir speaks no such API; then `reason` says so. */
export function routeOf(recording: Recording, base: string): Route | { reason: string } {
  const { api, provider, url_path: path } = recording
  const model = quoted(recording.model || 'some-model')
  const named = (type: string) => namedToml(type, recording, base)
  switch (api) {
    case 'chat': {
      const type = CHAT_TYPES.has(provider) ? provider : 'openai'
      return { own: 'chat', toml: named(type) }
    }
    case 'responses': {
      const type = RESPONSES_TYPES.has(provider) ? provider : 'openai'
      return { own: 'responses', toml: `${named(type)}\napi_type = "responses"` }
    }
    case 'messages': {
      if (provider === 'openrouter') {
        return { own: 'messages', toml: `${named('openrouter')}\napi_type = "messages"` }
      }
      if (provider !== 'vertex') return { own: 'messages', toml: named('anthropic') }
      return { own: 'messages', toml: vertexToml('gcp_vertex_anthropic', recording, base) }
    }
    case 'gemini':
      if (provider !== 'vertex') return { own: 'gemini', toml: named('google_ai_studio_gemini') }
      return { own: 'gemini', toml: vertexToml('gcp_vertex_gemini', recording, base) }
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
      if (path.includes('/v2/')) return { own: null, toml: named('cohere') }
      return { reason: 'Cohere’s v1 API; Weir speaks v2' }
    case 'ollama_chat':
      return { own: null, toml: named('ollama') }
    default:
      return { reason: REASONS[api] ?? 'no such API in Weir' }
  }
}

function bedrock(model: string, base: string, type: string): string {
  const keys = ['access_key_id', 'secret_access_key'].map((key) => `${key} = "AKIDEXAMPLE"`)
  return `type = "aws_bedrock"\napi_type = "${type}"\nmodel_id = ${model}\nregion = "us-east-1"\nendpoint_url = ${quoted(base)}\n${keys.join('\n')}`
}

const REASONS: Readonly<Record<string, string>> = {
  interactions: 'Google’s Interactions API; Weir speaks generateContent',
  cloudflare_run: 'Cloudflare’s own API; Weir speaks its OpenAI-compatible one',
  hf_task: 'a task of Hugging Face, no conversation',
  ollama_generate: 'Ollama’s completion API; Weir speaks its chat API',
}
