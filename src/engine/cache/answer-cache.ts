import { type CachedAnswer, MOST_CACHED_BYTES } from '../../domain/cached-answer.ts'
import type { Clock } from '../../lib/clock.ts'

/** Answers of providers, by the question (`cacheKeyOf`). Never fails: what goes wrong is a miss. */
export interface AnswerCache {
  /** Null: there is none so young, or it cannot be had in time. */
  find(key: string, maxAgeS: number | null): Promise<CachedAnswer | null>
  /** Nobody waits for it. */
  keep(key: string, answer: CachedAnswer): void
  close(): Promise<void>
}

/** Where answers are kept. May fail, and may take long. */
export interface CacheBackend {
  get(key: string): Promise<CachedAnswer | null>
  put(key: string, answer: CachedAnswer): Promise<unknown>
  close(): Promise<void>
}

/** A request waits no longer than this for a look into the cache. */
const READ_MS = 50
const MOST_RECENT_BYTES = 16 * 1024 * 1024

/** The cache over a backend. The newest answers are in memory too: they are there at once. */
export function openAnswerCache(backend: CacheBackend, clock: Clock): AnswerCache {
  const recent = new Recent()
  return {
    async find(key, maxAgeS) {
      const answer = recent.get(key) ?? (await soon(backend.get(key)))
      const isOld = maxAgeS !== null && answer && answer.at < clock.now() - maxAgeS * 1000
      return isOld ? null : answer
    },
    keep(key, answer) {
      if (answer.body.length > MOST_CACHED_BYTES) return
      recent.add(key, answer)
      backend.put(key, answer).then(nothing, nothing)
    },
    close: () => backend.close(),
  }
}

function nothing(): null {
  return null
}

async function soon<T>(work: Promise<T>): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), READ_MS)
  const found = await Promise.race([work.then((value) => value, nothing), late])
  clearTimeout(timer)
  return found
}

/** The newest answers, as many as fit. */
class Recent {
  readonly #answers = new Map<string, CachedAnswer>()
  #bytes = 0

  get(key: string): CachedAnswer | null {
    return this.#answers.get(key) ?? null
  }

  add(key: string, answer: CachedAnswer): void {
    this.#remove(key)
    this.#answers.set(key, answer)
    this.#bytes += answer.body.length
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= MOST_RECENT_BYTES) break
      this.#remove(oldest)
    }
  }

  #remove(key: string): void {
    this.#bytes -= this.#answers.get(key)?.body.length ?? 0
    this.#answers.delete(key)
  }
}
