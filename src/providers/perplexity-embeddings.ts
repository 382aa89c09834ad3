import { openaiEmbeddings } from './openai-operations.ts'
import { readEmbeddings } from './openai-operations/embeddings.ts'
import { readByteVector } from './openai-operations/vectors.ts'
import type { EmbeddingWire } from './provider.ts'

/**
 * Perplexity's embeddings: like OpenAI's, but their numbers come as bytes alone, which no client of
 * OpenAI's expects. So they never go on as they are. Source: docs.perplexity.ai, "Create embeddings".
 */
export const perplexityEmbeddings: EmbeddingWire = {
  ...openaiEmbeddings,
  name: 'perplexity_embeddings',
  path: () => 'v1/embeddings',
  encode: (request, target) => {
    const { body, dropped } = openaiEmbeddings.encode(request, target)
    return { body: { ...body, encoding_format: 'base64_int8' }, dropped }
  },
  parts: (body) => readEmbeddings(body, readByteVector),
}
