import { z } from 'zod'
import { cohereChat } from './cohere-chat.ts'
import { cohereEmbeddings } from './cohere-embeddings.ts'
import { rerank } from './openai-operations.ts'
import type { Provider } from './provider.ts'

export const cohere: Provider = {
  type: 'cohere',
  wires: { chat: cohereChat, embeddings: cohereEmbeddings, rerank },
  quirks: {},
  auth: { type: 'bearer' },
  fields: z.object({
    model_name: z.string().min(1).describe("The model's name at the provider."),
  }),
  shorthand: true,
  apiBase: 'https://api.cohere.com/v2/',
  credential: 'env::COHERE_API_KEY',
}
