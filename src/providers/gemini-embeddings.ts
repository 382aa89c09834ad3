import type { EmbeddingRequest } from '../domain/embedding.ts'
import type { Part } from '../domain/chat.ts'
import { UNKNOWN_USAGE } from '../domain/usage.ts'
import { asArray, asNumber, asObject, type JsonObject, objectsIn } from '../lib/json.ts'
import { modelPath } from './gemini.ts'
import { readGeminiError } from './gemini/errors.ts'
import { usagePart } from './gemini/usage.ts'
import { withoutUndefined } from './openai-chat/fields.ts'
import type { EmbeddingWire, Encoded, WireTarget } from './provider.ts'

const PLAIN = {
  namesModel: false,
  endMarks: [],
  decoder: () => ({ done: false, push: () => [] }),
  error: readGeminiError,
} as const

/** Source: Gemini API reference, "Embeddings": several at a time, whether there are or not. */
export const geminiEmbeddings: EmbeddingWire = {
  ...PLAIN,
  name: 'gemini_embeddings',
  path: (target) => `${modelPath(target)}:batchEmbedContents`,
  encode: (request, target) => {
    const { dimensions } = request
    const common = { model: modelPath(target), outputDimensionality: dimensions }
    const requests = textsOf(request).map((text) =>
      withoutUndefined({ ...common, content: { parts: [{ text }] } }),
    )
    return { body: { requests }, dropped: droppedOf(request) }
  },
  parts: readEmbeddings,
}

/** Source: Google Cloud docs, "Text embeddings API". */
export const vertexEmbeddings: EmbeddingWire = {
  ...PLAIN,
  name: 'gemini_embeddings',
  path: (target) => `${modelPath(target)}:predict`,
  encode: encodePredict,
  parts: readEmbeddings,
}

function encodePredict(request: EmbeddingRequest, _target: WireTarget): Encoded {
  const { dimensions } = request
  const instances = textsOf(request).map((content) => ({ content }))
  const parameters = dimensions === undefined ? undefined : { outputDimensionality: dimensions }
  return { body: withoutUndefined({ instances, parameters }), dropped: droppedOf(request) }
}

function textsOf({ inputs }: EmbeddingRequest): string[] {
  return inputs.flatMap((input) => (typeof input === 'string' ? [input] : []))
}

function droppedOf({ inputs, extra }: EmbeddingRequest): string[] {
  const tokens = inputs.some((input) => typeof input !== 'string')
  const names = Object.keys(extra).map((name) => `\`${name}\``)
  return tokens ? [...names, 'inputs that are lists of tokens'] : names
}

/** One embedding, a list of them, or Vertex's predictions. */
function readEmbeddings(body: JsonObject): Part[] {
  const one = asObject(body['embedding'])
  const predictions = objectsIn(body['predictions']).flatMap((each) =>
    objectsIn([each['embeddings']]),
  )
  const found = one ? [one] : [...objectsIn(body['embeddings']), ...predictions]
  const parts = found.map((each, index): Part => ({
    type: 'embedding',
    index,
    vector: asArray(each['values']).flatMap((value) => asNumber(value) ?? []),
  }))
  return [...parts, ...readUsage(body, predictions)]
}

function readUsage(body: JsonObject, predictions: readonly JsonObject[]): Part[] {
  const usage = asObject(body['usageMetadata'])
  if (usage) return [usagePart(usage)]
  const counts = predictions.flatMap(
    (each) => asNumber(asObject(each['statistics'])?.['token_count']) ?? [],
  )
  if (counts.length === 0) return []
  const input = counts.reduce((sum, count) => sum + count, 0)
  return [{ type: 'usage', usage: { ...UNKNOWN_USAGE, input }, raw: { token_count: input } }]
}
