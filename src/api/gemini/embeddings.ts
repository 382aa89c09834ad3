import type { Part } from '../../domain/chat.ts'
import type { EmbeddingRequest } from '../../domain/embedding.ts'
import type { Ask } from '../../engine/ask.ts'
import type { RawRequest } from '../../http/route.ts'
import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import type { Envelope } from '../dialect.ts'
import { baseAsk, readBody } from '../read-body.ts'

/** One text or several. They go upstream as several either way: an answer to one is the first. */
export function readEmbedding(request: RawRequest): Ask {
  const json = readBody(request)
  const path = request.params['*'] ?? ''
  return baseAsk(request, {
    dialect: 'gemini.embed',
    operation: 'embeddings',
    // No provider is asked in this very form: all are asked in their own.
    wire: 'gemini_count_tokens',
    model: path.slice(0, path.lastIndexOf(':')),
    json,
    stream: false,
    wantsUsage: true,
    encodeFor: (body, { wires }, target) =>
      wires.embeddings?.encode(decodeEmbed(body), target) ?? null,
  })
}

export function decodeEmbed(json: JsonObject): EmbeddingRequest {
  const requests = Array.isArray(json['requests']) ? objectsIn(json['requests']) : [json]
  const [first] = requests
  const inputs = requests.map((request) =>
    objectsIn(asObject(request['content'])?.['parts'])
      .map((part) => asString(part['text']) ?? '')
      .join(''),
  )
  const dimensions = asNumber(first?.['outputDimensionality'])
  return { inputs, extra: {}, wire: 'gemini_embeddings', ...compact({ dimensions }) }
}

export function encodeEmbedding(_envelope: Envelope, parts: readonly Part[]): JsonObject {
  const [first] = vectorsOf(parts)
  return { embedding: first ?? { values: [] } }
}

export function encodeEmbeddings(_envelope: Envelope, parts: readonly Part[]): JsonObject {
  return { embeddings: vectorsOf(parts) }
}

function vectorsOf(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part) => (part.type === 'embedding' ? [{ values: [...part.vector] }] : []))
}
