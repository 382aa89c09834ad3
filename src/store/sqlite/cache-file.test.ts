import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDirectory } from '../fixtures/open.ts'
import { CACHE_FILE, CacheFile, readCached } from './cache-file.ts'
import { Library } from './library.ts'

let directory: ReturnType<typeof makeDirectory>
beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => directory.remove())

const answer = (at: number, body = 'x') => ({ at, contentType: null, body })
const kept = (keys: readonly string[]) => {
  const db = new Library(directory.path).cache()
  return keys.filter((key) => readCached(db, key) !== null)
}

test('F246 the oldest answers go when there are too many bytes', () => {
  const file = new CacheFile(directory.path, { bytes: 30, ageMs: 1e9 })
  for (const key of ['a', 'b', 'c', 'd']) file.add({ kind: 'cache', key, answer: answer(1) })
  file.close()
  // Each takes ten bytes, packed.
  expect(kept(['a', 'b', 'c', 'd'])).toEqual(['b', 'c', 'd'])
})

test('F246 answers go when they are old', () => {
  const file = new CacheFile(directory.path, { bytes: 1e9, ageMs: 1000 })
  file.add({ kind: 'cache', key: 'old', answer: answer(1) })
  file.add({ kind: 'cache', key: 'new', answer: answer(1500) })
  file.close()
  expect(kept(['old', 'new'])).toEqual(['new'])
})

test('F246 a damaged file is thrown away and begun anew', () => {
  writeFileSync(join(directory.path, CACHE_FILE), 'this is no database, but long enough to try')
  const file = new CacheFile(directory.path)
  file.add({ kind: 'cache', key: 'lost', answer: answer(1) })
  file.add({ kind: 'cache', key: 'kept', answer: answer(1) })
  file.close()
  expect(kept(['lost', 'kept'])).toEqual(['kept'])
})
