import { expect, test } from 'vitest'
import { errorWords } from './error-words.ts'
import type { Json } from './json.ts'

test.each<[Json, string]>([
  [{ error: ['Bad `parameters`', 'too long'], warnings: ['w'] }, 'Bad `parameters`; too long'],
  [{ detail: [{ loc: ['body'], msg: 'a' }, { msg: 'b' }, 1] }, 'a; b'],
  [{ error: { error: { code: 1, message: 'nested' } } }, 'nested'],
  [{ ErrorCode: 'X', Message: 'from the model' }, 'from the model'],
  [{ fault: { faultstring: 'Rate limit', detail: {} } }, 'Rate limit'],
  [{ status: 404, title: 'Not found' }, 'Not found'],
  [{ code: 7, type: 'x' }, ''],
  [null, ''],
])('%j says %s', (error, words) => {
  expect(errorWords(error)).toBe(words)
})
