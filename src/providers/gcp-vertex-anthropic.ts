import { z } from 'zod'
import type { JsonObject } from '../lib/json.ts'
import { PROVIDER_TOOLS, withProviderTools } from './anthropic.ts'
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages.ts'
import type { Provider, UrlPlace, WireTarget } from './provider.ts'
import { readVertexName, VERTEX_FIELDS, vertexBase } from './vertex.ts'

/** Claude on Google Cloud. Source: Google Cloud docs, "Claude models on Vertex AI". */
export const gcpVertexAnthropic: Provider = {
  type: 'gcp_vertex_anthropic',
  title: 'GCP Vertex Anthropic',
  wires: { chat: anthropicMessages, count_tokens: anthropicCountTokens },
  quirks: { lacks: ['service_tier'] },
  auth: { type: 'gcp' },
  fields: z.object({
    ...VERTEX_FIELDS,
    model_id: z.string().min(1).describe("The model's name at Google Cloud."),
    provider_tools: PROVIDER_TOOLS,
  }),
  shorthand: true,
  shortOptions: (name) => readVertexName(name, 'anthropic'),
  upstreamModel: ({ model_id: model }) => String(model),
  credential: 'path_from_env::GCP_VERTEX_CREDENTIALS_PATH',
  url: address,
  adapt: asVertexWantsIt,
}

function address(place: UrlPlace): string {
  const models = `${vertexBase(place)}publishers/anthropic/models/`
  if (place.wire.name === 'anthropic_count_tokens') return `${models}count-tokens:rawPredict`
  const method = place.stream ? 'streamRawPredict' : 'rawPredict'
  return `${models}${encodeURIComponent(place.model)}:${method}`
}

/** The address names the model; only to count tokens must the body do so. */
function asVertexWantsIt(body: JsonObject, target: WireTarget): JsonObject {
  const { model, ...rest } = withProviderTools(body, target)
  const counts = !('max_tokens' in body)
  return {
    anthropic_version: 'vertex-2023-10-16',
    ...rest,
    ...(counts && model !== undefined && { model }),
  }
}
