import { expect, test } from 'vitest'
import { Lru } from './lru.ts'

test('forgets what was not used for longest', () => {
  const lru = new Lru<string, number>(2)
  lru.set('a', 1)
  lru.set('b', 2)
  expect(lru.get('a')).toBe(1)
  lru.set('c', 3)
  expect(['a', 'b', 'c'].map((key) => lru.get(key))).toEqual([1, undefined, 3])
})

test('keeps the newest value of a key', () => {
  const lru = new Lru<string, number>(2)
  lru.set('a', 1)
  lru.set('a', 2)
  lru.set('b', 3)
  expect([lru.get('a'), lru.get('b')]).toEqual([2, 3])
})
