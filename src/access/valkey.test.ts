import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../test/support/process.ts'
import { startValkey, type ValkeyServer } from '../../test/support/valkey.ts'
import { openAnswerCache } from '../engine/cache/answer-cache.ts'
import { systemClock } from '../lib/clock.ts'
import { ValkeyCache, ValkeyClaims } from './valkey.ts'

let server: ValkeyServer
beforeAll(async () => {
  server = await startValkey()
}, 60_000)
afterAll(() => server[Symbol.asyncDispose]())

const answer = {
  at: 1_700_000_000_000,
  contentType: 'text/event-stream',
  body: 'data: ü\u00ff\n\n',
}

test('F246 Valkey gives back what was kept, to every gateway, for as long as it is told', async () => {
  const { url } = server
  const one = new ValkeyCache(url, 3600)
  const other = new ValkeyCache(url, 1)
  expect(await one.get('k')).toBeNull()
  await one.put('k', answer)
  await other.put('short', answer)
  expect(await other.get('k')).toEqual(answer)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(await one.get('short')).toBeNull()
  expect(await one.get('k')).toEqual(answer)
  await one.close()
  await other.close()
})

test('F246 without a Valkey every look is a miss, and nothing fails', async () => {
  const valkey = new ValkeyCache(`redis://127.0.0.1:${await freePort()}`, 3600)
  const cache = openAnswerCache(valkey, systemClock)
  expect(await cache.find('k', null)).toBeNull()
  cache.keep('k', answer)
  // What was kept here is known here all the same.
  expect(await cache.find('k', null)).toEqual(answer)
  await valkey.close()
})

test('of many who claim a key at once all are told of the same one', async () => {
  const one = new ValkeyClaims(server.url)
  const other = new ValkeyClaims(server.url)
  const claims = Array.from({ length: 40 }, (_, number) =>
    (number % 2 ? one : other).first('key', `value ${number}`),
  )
  const [first, ...others] = await Promise.all(claims)
  expect(new Set(others)).toEqual(new Set([first]))
  await one.forget('key')
  expect(await other.first('key', 'another')).toBe('another')
  await Promise.all([one.close(), other.close()])
})
