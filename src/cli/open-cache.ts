import { ValkeyCache } from '../access/valkey.ts'
import type { CacheSettings } from '../config/config.ts'
import { type AnswerCache, openAnswerCache } from '../engine/cache/answer-cache.ts'
import type { Clock } from '../lib/clock.ts'
import type { StoreClient } from '../store/client.ts'
import type { Env } from './arguments.ts'
import { StartError } from './start-error.ts'

/** The cache of answers: in Valkey where there is one, else in the store. Throws `StartError`. */
export function openCache(
  { enabled, backend, ttlS }: CacheSettings,
  from: { readonly env: Env; readonly stored: StoreClient | null; readonly clock: Clock },
): AnswerCache | null {
  const { env, stored, clock } = from
  const url = env['TENSORZERO_VALKEY_CACHE_URL'] ?? env['TENSORZERO_VALKEY_URL'] ?? ''
  if (enabled === false) return null
  if (url !== '' && backend !== 'clickhouse') {
    return openAnswerCache(new ValkeyCache(url, ttlS), clock)
  }
  if (stored && backend !== 'valkey') {
    return openAnswerCache(inStore(stored), clock)
  }
  if (enabled === null) return null
  throw new StartError(
    '`gateway.cache.enabled` is true, but there is nothing to keep answers in: set TENSORZERO_VALKEY_URL, or leave observability on.',
  )
}

export function inStore(stored: StoreClient) {
  return {
    get: (key) => stored.reads.cached(key),
    put: (key, answer) => stored.change({ kind: 'cache', key, answer }),
    close: () => Promise.resolve(),
  } satisfies Parameters<typeof openAnswerCache>[0]
}
