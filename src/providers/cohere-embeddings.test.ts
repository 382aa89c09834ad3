import { expect, test } from 'vitest'
import { UNKNOWN_USAGE } from '../domain/usage.ts'
import { cohereEmbeddings } from './cohere-embeddings.ts'

const TARGET = { model: 'm', stream: false, options: {} }

test('asks for floats, and says what the texts are for', () => {
  const extra = { encoding_format: 'base64', input_type: 'query', truncate: 'end', user: 'u' }
  const request = { inputs: ['a', [1, 2]], dimensions: 8, extra, wire: 'openai_embeddings' }
  expect(cohereEmbeddings.encode(request, TARGET)).toEqual({
    body: {
      model: 'm',
      texts: ['a'],
      input_type: 'search_query',
      embedding_types: ['float'],
      output_dimension: 8,
      truncate: 'END',
    },
    dropped: ['`user`', 'an input that is a list of tokens'],
  })
  const plain = { inputs: ['a'], extra: {}, wire: 'openai_embeddings' }
  expect(cohereEmbeddings.encode(plain, TARGET).body['input_type']).toBe('search_document')
})

test.each([
  ['by type', { embeddings: { int8: [[9]], float: [[1, 0.5]] } }],
  ['as a bare list', { embeddings: [[1, 0.5]] }],
])('reads vectors given %s', (_, body) => {
  const meta = { billed_units: { input_tokens: 7, image_tokens: 0 } }
  expect(cohereEmbeddings.parts({ id: 'x', ...body, meta })).toEqual([
    { type: 'embedding', index: 0, vector: [1, 0.5] },
    { type: 'usage', usage: { ...UNKNOWN_USAGE, input: 7, imageInput: 0 }, raw: meta },
  ])
})
