import type { Redis } from 'iovalkey'
import type { CachedAnswer } from '../domain/cached-answer.ts'
import { asNumber, asObject, asString, parseJson } from '../lib/json.ts'

const PREFIX = 'weir:cache:'
/** Nobody waits longer than that: without a connection everything is a miss. */
const CONNECT_MS = 2000

/** Cached answers in Valkey or Redis. The client is loaded, and connects, with the first question. */
export class ValkeyCache {
  readonly #url: string
  readonly #ttlS: number
  #client: Promise<Redis> | undefined

  constructor(url: string, ttlS: number) {
    this.#url = url
    this.#ttlS = ttlS
  }

  async get(key: string): Promise<CachedAnswer | null> {
    const text = await (await this.#connected()).get(PREFIX + key)
    const found = text === null ? undefined : asObject(parseJson(text))
    const at = asNumber(found?.['at'])
    const body = asString(found?.['body'])
    if (at === undefined || body === undefined) return null
    return { at, body, contentType: asString(found?.['contentType']) ?? null }
  }

  async put(key: string, answer: CachedAnswer): Promise<void> {
    const client = await this.#connected()
    await client.set(PREFIX + key, JSON.stringify(answer), 'EX', this.#ttlS)
  }

  async close(): Promise<void> {
    const client = await this.#client
    client?.disconnect()
  }

  #connected(): Promise<Redis> {
    this.#client ??= import('iovalkey').then(({ Redis: Client }) => {
      const client = new Client(this.#url, {
        connectTimeout: CONNECT_MS,
        maxRetriesPerRequest: 1,
        enableOfflineQueue: true,
      })
      // Each question fails for itself, and the next one may find it back.
      client.on('error', () => {})
      return client
    })
    return this.#client
  }
}
