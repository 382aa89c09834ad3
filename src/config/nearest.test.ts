import { expect, test } from 'vitest'
import { suggest } from './nearest.ts'

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
