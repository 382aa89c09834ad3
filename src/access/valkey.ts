import type { Redis } from 'iovalkey'
import type { CachedAnswer } from '../domain/cached-answer.ts'
import { asNumber, asObject, asString, parseJson } from '../lib/json.ts'

const CACHE = 'weir:cache:'
const CLAIM = 'weir:claim:'
/** Longer than any outage of the store after which a claim could be made again. */
const CLAIM_S = 86_400
/** Nobody waits longer than that: without a connection everything is a miss. */
const CONNECT_MS = 2000

/** A Valkey or Redis. The client is loaded, and connects, with the first question. */
class Valkey {
  readonly #url: string
  #client: Promise<Redis> | undefined

  constructor(url: string) {
    this.#url = url
  }

  client(): Promise<Redis> {
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

  async close(): Promise<void> {
    const client = await this.#client
    client?.disconnect()
  }
}

/** Cached answers. */
export class ValkeyCache {
  readonly #valkey: Valkey
  readonly #ttlS: number

  constructor(url: string, ttlS: number) {
    this.#valkey = new Valkey(url)
    this.#ttlS = ttlS
  }

  async get(key: string): Promise<CachedAnswer | null> {
    const client = await this.#valkey.client()
    const text = await client.get(CACHE + key)
    const found = text === null ? undefined : asObject(parseJson(text))
    const at = asNumber(found?.['at'])
    const body = asString(found?.['body'])
    if (at === undefined || body === undefined) return null
    return { at, body, contentType: asString(found?.['contentType']) ?? null }
  }

  async put(key: string, answer: CachedAnswer): Promise<void> {
    const client = await this.#valkey.client()
    await client.set(CACHE + key, JSON.stringify(answer), 'EX', this.#ttlS)
  }

  close(): Promise<void> {
    return this.#valkey.close()
  }
}

/** Who was the first to claim something: the same answer for every gateway. */
export class ValkeyClaims {
  readonly #valkey: Valkey

  constructor(url: string) {
    this.#valkey = new Valkey(url)
  }

  /** The value of the first who claimed the key. */
  async first(key: string, value: string): Promise<string> {
    const client = await this.#valkey.client()
    const set = await client.set(CLAIM + key, value, 'EX', CLAIM_S, 'NX')
    if (set === 'OK') return value
    return (await client.get(CLAIM + key)) ?? value
  }

  async forget(key: string): Promise<void> {
    const client = await this.#valkey.client()
    await client.del(CLAIM + key)
  }

  close(): Promise<void> {
    return this.#valkey.close()
  }
}
