import type { Part } from '../domain/chat.ts'
import type { EmbeddingRequest } from '../domain/embedding.ts'
import {
  asArray,
  asObject,
  asString,
  fieldsBeside,
  type Json,
  type JsonObject,
} from '../lib/json.ts'
import { usagePart } from './cohere-chat/usage.ts'
import { Leftovers } from './leftovers.ts'
import { readError } from './openai-chat/errors.ts'
import { readVector } from './openai-operations/vectors.ts'
import type { EmbeddingWire, Encoded, WireTarget } from './provider.ts'

const RESPONSE_FIELDS = new Set(['id', 'embeddings', 'texts', 'meta', 'response_type'])
const UNDERSTOOD = new Set(['encoding_format', 'input_type', 'truncate'])

/** Cohere's embeddings, version 2. Source: Cohere API reference, "Embed". */
export const cohereEmbeddings: EmbeddingWire = {
  name: 'cohere_embeddings',
  path: () => 'embed',
  namesModel: true,
  endMarks: [],
  encode,
  parts: readEmbeddings,
  decoder: () => ({ done: false, push: () => [] }),
  error: readError,
}

function encode({ inputs, dimensions, extra }: EmbeddingRequest, target: WireTarget): Encoded {
  const leftovers = new Leftovers()
  leftovers.fields({ extra }, UNDERSTOOD)
  const texts = inputs.filter((input) => typeof input === 'string')
  if (texts.length < inputs.length) leftovers.add('an input that is a list of tokens')
  const { truncate } = extra
  return {
    body: {
      model: target.model,
      texts,
      input_type: inputType(asString(extra['input_type'])),
      embedding_types: ['float'],
      ...(dimensions !== undefined && { output_dimension: dimensions }),
      ...(typeof truncate === 'string' && { truncate: truncate.toUpperCase() }),
    },
    dropped: leftovers.words,
  }
}

/** It must be told what the texts are for; who does not say stores them. */
function inputType(said: string | undefined): string {
  if (said === undefined) return 'search_document'
  return SHORT_TYPES.get(said) ?? said
}

const SHORT_TYPES: ReadonlyMap<string, string> = new Map([
  ['query', 'search_query'],
  ['document', 'search_document'],
  ['passage', 'search_document'],
])

function readEmbeddings(body: JsonObject): Part[] {
  const parts: Part[] = vectorsOf(body['embeddings']).map((vector, index) => ({
    type: 'embedding',
    index,
    vector,
  }))
  const extra = fieldsBeside(body, RESPONSE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'response', fields: extra })
  return [...parts, ...usagePart(body['meta'])]
}

/** By type, of which floats are the truest; a bare list in answers of old. */
function vectorsOf(embeddings: Json | undefined): number[][] {
  if (Array.isArray(embeddings)) return embeddings.map(readVector)
  const byType = asObject(embeddings) ?? {}
  const list = byType['float'] ?? byType['base64'] ?? Object.values(byType)[0]
  return asArray(list).map(readVector)
}
