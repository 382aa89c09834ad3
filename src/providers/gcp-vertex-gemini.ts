import { z } from 'zod'
import { gemini, geminiCountTokens } from './gemini.ts'
import { vertexEmbeddings } from './gemini-embeddings.ts'
import type { Provider, UrlPlace } from './provider.ts'
import { vertexBatches } from './vertex-batches.ts'
import { readVertexName, VERTEX_FIELDS, vertexBase } from './vertex.ts'

/** Gemini on Google Cloud. Source: Google Cloud docs, "Generate content with the Gemini API". */
export const gcpVertexGemini: Provider = {
  type: 'gcp_vertex_gemini',
  title: 'GCP Vertex Gemini',
  wires: { chat: gemini, embeddings: vertexEmbeddings, count_tokens: geminiCountTokens },
  quirks: {},
  auth: { type: 'gcp' },
  fields: z.object({
    ...VERTEX_FIELDS,
    model_id: z.string().min(1).optional().describe("The model's name; or give `endpoint_id`."),
    endpoint_id: z.string().min(1).optional().describe('An endpoint of your own, in its place.'),
  }),
  shorthand: true,
  shortOptions: (name) => readVertexName(name, 'google'),
  upstreamModel: ({ model_id: model, endpoint_id: endpoint }) => String(model ?? endpoint),
  credential: 'path_from_env::GCP_VERTEX_CREDENTIALS_PATH',
  url: address,
  batch: vertexBatches,
}

/** Endpoints of one's own stand beside the publishers' models. */
function address(place: UrlPlace): string {
  const { options, wire } = place
  const path = wire.path(place)
  const home = options['endpoint_id'] === undefined ? 'publishers/google/' : ''
  const named =
    options['endpoint_id'] === undefined ? path : path.replace(/^models\//, 'endpoints/')
  return vertexBase(place) + home + named
}
