import type { z } from 'zod'
import type { Ask } from '../engine/ask.ts'
import type { CacheOptions } from './tensorzero/fields.ts'

/** TensorZero's `cache_options`; null where a request says nothing. */
export function cacheOptions(read: z.infer<typeof CacheOptions> | null | undefined): Ask['cache'] {
  if (!read) return null
  return { mode: read.enabled ?? 'off', maxAgeS: read.max_age_s ?? null }
}
