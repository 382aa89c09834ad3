import { isDeepStrictEqual } from 'node:util'
import type { Part } from '../../domain/chat.ts'
import type { EmbeddingRequest } from '../../domain/embedding.ts'
import type { Ask } from '../../engine/ask.ts'
import type { RawRequest } from '../../http/route.ts'
import { asNumber, asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import type { Envelope } from '../dialect.ts'
import { baseAsk, readBody } from '../read-body.ts'
import { camel } from './schema.ts'

/** One text or several. They go upstream as several either way: an answer to one is the first. */
export function readEmbedding(request: RawRequest): Ask {
  const json = readBody(request)
  const path = request.params['*'] ?? ''
  return baseAsk(request, {
    dialect: 'gemini.embed',
    operation: 'embeddings',
    // No provider is asked in this very form: all are asked for several texts.
    wire: 'gemini_embed_content',
    model: path.slice(0, path.lastIndexOf(':')),
    json,
    stream: false,
    wantsUsage: true,
    encodeFor: (body, { wires }, target) => {
      const encoded = wires.embeddings?.encode(decodeEmbed(body), target)
      return encoded ? { ...encoded, dropped: [...unreadOf(body), ...encoded.dropped] } : null
    },
  })
}

const KNOWN = new Set(['model', 'content', 'outputDimensionality'])

export function decodeEmbed(json: JsonObject): EmbeddingRequest {
  const requests = requestsOf(json)
  const [first = {}] = requests
  const inputs = requests.map((request) =>
    partsOf(request)
      .map((part) => asString(part['text']) ?? '')
      .join(''),
  )
  const dimensions = asNumber(first['outputDimensionality'])
  const extra = fieldsBeside(first, KNOWN) ?? {}
  return { inputs, extra, wire: 'gemini_embeddings', ...compact({ dimensions }) }
}

function requestsOf(json: JsonObject): JsonObject[] {
  return (Array.isArray(json['requests']) ? objectsIn(json['requests']) : [json]).map(camel)
}

function partsOf(request: JsonObject): JsonObject[] {
  return objectsIn(asObject(request['content'])?.['parts'])
}

/** What several texts must have in common, and what is no text, in words for the client. */
function unreadOf(json: JsonObject): string[] {
  const requests = requestsOf(json)
  const settings = requests.map((request) => fieldsBeside(request, CONTENT) ?? {})
  const differ = settings.some((each) => !isDeepStrictEqual(each, settings[0]))
  const files = requests.flatMap(partsOf).some((part) => asString(part['text']) === undefined)
  return [
    ...(differ ? ["settings of a request that differ from the first one's"] : []),
    ...(files ? ['content that is no text'] : []),
  ]
}

const CONTENT = new Set(['model', 'content'])

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
