import type { EmbeddingRequest } from '../domain/embedding.ts'
import type { Part } from '../domain/chat.ts'
import { UNKNOWN_USAGE } from '../domain/usage.ts'
import { asArray, asNumber, asObject, type JsonObject, objectsIn } from '../lib/json.ts'
import { modelPath } from './gemini.ts'
import { readGeminiError } from './gemini/errors.ts'
import { usagePart } from './gemini/usage.ts'
import { withoutUndefined } from './openai-chat/fields.ts'
import type { EmbeddingWire, Encoded, Wire, WireTarget } from './provider.ts'

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
    const common = {
      ...ownExtra(request),
      model: modelPath(target),
      outputDimensionality: dimensions,
    }
    const requests = textsOf(request).map((text) =>
      withoutUndefined({ ...common, content: { parts: [{ text }] } }),
    )
    return { body: { requests }, dropped: droppedOf(request) }
  },
  parts: readEmbeddings,
}

/** How clients ask for one text. Source: Gemini API reference, "Embeddings", `embedContent`. */
export const geminiEmbedContent: Wire = {
  ...PLAIN,
  name: 'gemini_embed_content',
  path: (target) => `${modelPath(target)}:embedContent`,
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
  const { taskType, title, autoTruncate, ...rest } = ownExtra(request)
  const about = withoutUndefined({ task_type: taskType, title })
  const instances = textsOf(request).map((content) => Object.assign({ content }, about))
  const settings = withoutUndefined({ outputDimensionality: dimensions, autoTruncate })
  const parameters = Object.keys(settings).length > 0 ? settings : undefined
  const unknown = Object.keys(rest).map((name) => `\`${name}\``)
  const body = withoutUndefined({ instances, parameters })
  return { body, dropped: [...unknown, ...droppedOf(request)] }
}

/** What the client said in Google's own words. */
function ownExtra({ wire, extra }: EmbeddingRequest): JsonObject {
  return wire === 'gemini_embeddings' ? extra : {}
}

function textsOf({ inputs }: EmbeddingRequest): string[] {
  return inputs.flatMap((input) => (typeof input === 'string' ? [input] : []))
}

function droppedOf({ inputs, extra, wire }: EmbeddingRequest): string[] {
  const tokens = inputs.some((input) => typeof input !== 'string')
  const others = wire === 'gemini_embeddings' ? {} : extra
  const names = Object.keys(others).map((name) => `\`${name}\``)
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
