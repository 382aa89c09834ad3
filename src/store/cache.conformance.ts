import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_MS } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'

const answer = (body: string, at = FIRST_MS) => ({ at, contentType: 'application/json', body })

/** What every engine that keeps answers of providers does. */
export function describeCache(name: string, open: () => Promise<TestStore>): void {
  describe(`cached answers on ${name}`, () => {
    let store: TestStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    test('F246 knows no answer at first, and gives back what was kept byte by byte', async () => {
      expect(await store.reader.cached('k')).toBeNull()
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1')
      const kept = { ...answer(bytes), contentType: null }
      expect(await store.change({ kind: 'cache', key: 'k', answer: kept })).toBeNull()
      expect(await store.reader.cached('k')).toEqual(kept)
      expect(await store.reader.cached('other')).toBeNull()
    })

    test('F246 keeps the newest answer under a key', async () => {
      await store.change({ kind: 'cache', key: 'k', answer: answer('old') })
      await store.change({ kind: 'cache', key: 'k', answer: answer('new', FIRST_MS + 1) })
      expect(await store.reader.cached('k')).toEqual(answer('new', FIRST_MS + 1))
    })
  })
}
