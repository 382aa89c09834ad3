import type { Part } from '../../domain/chat.ts'
import type { EmbeddingRequest } from '../../domain/embedding.ts'
import { asNumber, fieldsBeside, type JsonObject, objectsIn } from '../../lib/json.ts'
import { Leftovers } from '../leftovers.ts'
import type { Encoded, WireTarget } from '../provider.ts'
import { operationUsage } from './usage.ts'
import { readVector } from './vectors.ts'

const RESPONSE_FIELDS = new Set(['object', 'data', 'usage', 'model', 'id', 'created'])
const UNDERSTOOD = new Set(['encoding_format'])

export function encodeEmbeddings(request: EmbeddingRequest, { model }: WireTarget): Encoded {
  const { inputs, dimensions, extra, wire } = request
  const leftovers = new Leftovers()
  const own = wire === 'openai_embeddings'
  if (!own) leftovers.fields({ extra }, UNDERSTOOD)
  const body: JsonObject = {
    ...(own && extra),
    model,
    input: inputs.map((input) => (typeof input === 'string' ? input : input.slice())),
    ...(dimensions !== undefined && { dimensions }),
  }
  return { body, dropped: leftovers.words }
}

/** `vector` reads one vector, where it comes in another way than OpenAI's. */
export function readEmbeddings(body: JsonObject, vector = readVector): Part[] {
  const parts: Part[] = objectsIn(body['data']).map((item, place) => ({
    type: 'embedding',
    index: asNumber(item['index']) ?? place,
    vector: vector(item['embedding']),
  }))
  const extra = fieldsBeside(body, RESPONSE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'response', fields: extra })
  return [...parts, ...operationUsage(body)]
}
