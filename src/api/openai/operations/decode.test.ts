import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../lib/json.ts'
import { decodeOperation } from './decode.ts'

const user = (...content: object[]) => ({ role: 'user', content })
const text = (words: string) => ({ type: 'text', text: words })

test.each<[string, JsonObject, object[]]>([
  ['openai.embeddings', { input: ['a', 'b'] }, [user(text('a')), user(text('b'))]],
  ['openai.embeddings', { input: [1, 2, 3] }, [user(text('[3 tokens]'))]],
  [
    'openai.embeddings',
    { input: [[1, 2], [3]] },
    [user(text('[2 tokens]')), user(text('[1 tokens]'))],
  ],
  ['openai.completions', { prompt: 'b', suffix: 'a' }, [user(text('a')), user(text('b'))]],
  [
    'openai.rerank',
    { query: 'q', documents: ['a', { text: 'b' }] },
    [user(text('a')), user(text('b')), user(text('q'))],
  ],
  [
    'openai.moderations',
    { input: [{ type: 'text', text: 'a' }, { image_url: { url: 'u' } }] },
    [user(text('a')), user({ type: 'file', url: 'u' })],
  ],
  ['openai.images', { prompt: 'a cat' }, [user(text('a cat'))]],
  ['openai.speech', { input: 'a' }, [user(text('a'))]],
  [
    'openai.transcription',
    { file: { filename: 'a.mp3', bytes: 1 } },
    [user({ type: 'file', url: '', filename: 'a.mp3' })],
  ],
  ['toString', { input: 'a' }, []],
])('reads the input of %s %j', (dialect, json, messages) => {
  expect(decodeOperation(dialect, json).messages).toEqual(messages)
})

test('what is no input is kept beside it', () => {
  const { extra } = decodeOperation('openai.speech', { model: 'm', input: 'a', voice: 'v' })
  expect(extra).toEqual({ voice: 'v' })
})

test('no JSON makes it throw', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => {
      const value = JSON.parse(json)
      const body = { input: value, documents: [value], file: { content: value } }
      for (const dialect of ['openai.embeddings', 'openai.rerank', 'openai.transcription']) {
        expect(decodeOperation(dialect, body).tools).toEqual([])
      }
    }),
  )
})
