import { expect, test } from 'vitest'
import { wordsOf } from './thought.ts'

test.each([
  [{ text: null }, null],
  [{ text: 'a' }, 'a'],
  [{ text: null, summary: ['a', 'b'] }, 'a\n\nb'],
  [{ text: 'c', summary: ['a'] }, 'ac'],
])('the words of %j are %j', (thought, words) => {
  expect(wordsOf(thought)).toBe(words)
})
