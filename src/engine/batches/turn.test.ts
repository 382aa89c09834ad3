import { expect, test } from 'vitest'
import type { Json } from '../../lib/json.ts'
import type { StoreClient } from '../../store/client.ts'
import { Turn } from './kept-batches.ts'

/** Documents alone, in memory. */
function memory() {
  const documents = new Map<string, Json>()
  const change: StoreClient['change'] = (wanted) => {
    if (!('key' in wanted) || !('collection' in wanted)) return Promise.resolve(null)
    const name = `${wanted.collection} ${wanted.key}`
    if (wanted.kind === 'remove') return Promise.resolve(documents.delete(name))
    const stands = wanted.kind === 'claim' ? (documents.get(name) ?? wanted.value) : wanted.value
    documents.set(name, stands)
    return Promise.resolve(stands)
  }
  const reads = {
    document: ({ collection, key }: { collection: string; key: string }) =>
      Promise.resolve(documents.get(`${collection} ${key}`) ?? null),
  } as StoreClient['reads']
  return { change, reads, flush: () => Promise.resolve() }
}

test('of those who want to write the answers down one has its turn, until it is silent', async () => {
  const stored = memory()
  let ms = 0
  const now = () => ms
  const turn = (token: string) => new Turn(stored, { id: 'b', token, now })
  const one = turn('one')
  expect(await one.take()).toBe(true)
  expect(await turn('other').take()).toBe(false)
  ms = 20_000
  await one.keep()
  ms = 45_000
  expect(await turn('other').take()).toBe(false)
  ms = 50_000
  const other = turn('other')
  expect(await other.take()).toBe(true)
  expect(await turn('third').take()).toBe(false)
  await other.end()
  expect(await turn('third').take()).toBe(true)
})
