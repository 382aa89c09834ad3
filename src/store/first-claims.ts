import type { Json } from '../domain/chat.ts'
import type { Change } from './changes.ts'
import type { StoreClient } from './client.ts'

/** Says who was the first, to all gateways alike. May fail: then nothing is known. */
export interface FirstClaims {
  /** The value that the first who claimed the key gave. */
  first(key: string, value: string): Promise<string>
  forget(key: string): Promise<unknown>
  close(): Promise<void>
}

/** A claim waits no longer than this to learn who was the first. */
const WAIT_MS = 2000

/**
 * A store whose claims are settled elsewhere before they are written: of many gateways that claim a
 * document in the same moment, all write the value of one, and agree on it even while they cannot
 * write. What stands in the store stands, whatever is said elsewhere.
 */
export function withFirstClaims(stored: StoreClient, claims: FirstClaims): StoreClient {
  return {
    reads: stored.reads,
    flush: () => stored.flush(),
    async change(change: Change): Promise<Json> {
      if (change.kind === 'claim') {
        const first = await settled(claims, keyOf(change), change.value)
        if (first === undefined) return stored.change(change)
        const written = stored.change({ ...change, value: first })
        return change.unwritten ? written.then(undefined, () => first) : written
      }
      const answer = await stored.change(change)
      if (change.kind === 'remove') await claims.forget(keyOf(change)).then(nothing, nothing)
      return answer
    },
  }
}

function keyOf({ collection, key }: { readonly collection: string; readonly key: string }): string {
  return JSON.stringify([collection, key])
}

/** Undefined: nobody can say. */
async function settled(claims: FirstClaims, key: string, value: Json): Promise<Json | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), WAIT_MS)
  const asked = claims.first(key, JSON.stringify(value)).then((text) => text, nothing)
  const first = await Promise.race([asked, late])
  clearTimeout(timer)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this function gives values
  return first === null ? undefined : (JSON.parse(first) as Json)
}

function nothing(): null {
  return null
}
