import { expect, test } from 'vitest'
import { nearest, suggest } from './nearest.ts'

test.each([
  ['modle', ['model', 'routing'], 'model'],
  ['max-request-bytes', ['max_request_bytes'], 'max_request_bytes'],
  ['Debug', ['debug'], 'debug'],
  ['routng', ['routing', 'retries'], 'routing'],
  ['xyz', ['model', 'routing'], null],
  ['q', ['p'], null],
  ['anything', [], null],
])('%s is nearest to one of %j: %s', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected)
})

test('a short list is shown where nothing is near, a long one is not', () => {
  expect(suggest('zzz', ['one', 'two'], 'known')).toBe('known: `one`, `two`')
  expect(suggest('zzz', [], 'known')).toBeNull()
  expect(
    suggest(
      'zzz',
      Array.from({ length: 13 }, (_, index) => `key${index}`),
      'known',
    ),
  ).toBeNull()
})
