import type { CachedAnswer } from '../domain/cached-answer.ts'

export interface CacheReads {
  /** The newest answer under a key; null where there is none. */
  cached(key: string): Promise<CachedAnswer | null>
}

/** The answer stands in the place of an older one. It may be lost: nothing depends on it. [null] */
export interface CacheChange {
  readonly kind: 'cache'
  readonly key: string
  readonly answer: CachedAnswer
}
