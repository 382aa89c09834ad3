import { expect, test } from 'vitest'
import { z } from 'zod'
import { openaiEmbeddings } from '../providers/openai-operations.ts'
import type { Provider } from '../providers/provider.ts'
import { asModel, createEmbeddingModelSchema } from './schema-embedding-models.ts'

const base: Provider = {
  type: 'maker',
  wires: { embeddings: openaiEmbeddings },
  quirks: {},
  auth: { type: 'bearer' },
  fields: z.object({ model_name: z.string().min(1) }),
  shorthand: true,
  credential: 'none',
}
const schema = createEmbeddingModelSchema([base])

test('reads an embedding model as a model with one time limit', () => {
  const provider = { type: 'maker', model_name: 'm', timeout_ms: 5 }
  const read = schema.parse({ routing: ['a'], providers: { a: provider }, timeout_ms: 9 })
  expect(asModel(read)).toMatchObject({
    routing: ['a'],
    providers: {
      a: { type: 'maker', model_name: 'm', timeouts: { non_streaming: { total_ms: 5 } } },
    },
    timeouts: { non_streaming: { total_ms: 9 } },
    retries: { num_retries: 0 },
  })
  expect(asModel(read).providers['a']).not.toHaveProperty('timeout_ms')
})

test.each([
  ['a key it does not know', { type: 'maker', model_name: 'm', timeouts: {} }],
  ['no name of a model', { type: 'maker' }],
])('refuses %s', (_, provider) => {
  expect(schema.safeParse({ routing: ['a'], providers: { a: provider } }).success).toBe(false)
})
