import { z } from 'zod'
import { openaiEmbeddings } from './openai-operations.ts'
import type { Provider } from './provider.ts'
import { tensorzeroInference } from './tensorzero-inference.ts'
import { RELAYED } from './tensorzero-inference/encode.ts'

/** Another gateway, which is asked for a model by its name and chooses among its providers itself. */
export const relay: Provider = {
  type: RELAYED,
  relays: true,
  wires: {
    chat: tensorzeroInference,
    embeddings: { ...openaiEmbeddings, path: () => 'openai/v1/embeddings' },
  },
  quirks: { customTools: true, allowedTools: true },
  auth: { type: 'bearer' },
  fields: z.object({}),
  shorthand: false,
  credential: 'none',
}
