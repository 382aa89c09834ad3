import type { CacheOptions } from '../../config/config.ts'
import type { CachedAnswer } from '../../domain/cached-answer.ts'
import type { Part } from '../../domain/chat.ts'
import { NO_USAGE } from '../../domain/usage.ts'
import { Body } from '../../lib/body.ts'
import type { Flight } from '../../lib/transport.ts'
import type { Reply } from '../call.ts'
import type { Engine } from '../engine.ts'
import type { AttemptTrace, Trace } from '../trace.ts'
import { cacheKeyOf } from './cache-key.ts'

/** How the cache serves a request; null: not at all, as for most. */
export function cacheUse({ cache, config }: Engine, { ask }: Trace): CacheOptions | null {
  if (cache === null) return null
  const { mode, maxAgeS } = ask.cache ?? config().cache.byDefault
  if (mode === 'off' || ask.rename) return null
  if (!ask.dryrun) return { mode, maxAgeS }
  return mode === 'write_only' ? null : { mode: 'read_only', maxAgeS }
}

/** The answer that was given before, in the place of a call. Notes what is to be kept afterwards. */
export async function recall(
  { cache }: Engine,
  { mode, maxAgeS }: CacheOptions,
  attempt: AttemptTrace,
): Promise<Flight | null> {
  const key = cacheKeyOf(attempt.ask, attempt)
  const found = mode === 'write_only' || !cache ? null : await cache.find(key, maxAgeS)
  if (!found) {
    if (mode !== 'read_only') attempt.cacheKey = key
    return null
  }
  attempt.isCached()
  return replay(found)
}

function replay({ contentType, body: latin1 }: CachedAnswer): Flight {
  const body = new Body({ pause: nothing, resume: nothing, abort: nothing })
  body.push(Buffer.from(latin1, 'latin1'))
  body.end()
  const headers = contentType === null ? {} : { 'content-type': contentType }
  const facts = { status: 200, reusedSocket: false, staleRetry: false }
  return {
    response: Promise.resolve({ ...facts, headers, body }),
    abort: (reason) => body.abort(reason),
  }
}

function nothing(): void {}

/** It has cost nothing to give it again, and its events were another's. The provider's own bytes go on as they were. */
export function withoutUsage(reply: Reply): Reply {
  if (reply.kind === 'whole') {
    const { kind, headers, bytes } = reply
    // Where its bytes go on, nobody wants to know its parts.
    return {
      kind,
      headers,
      bytes,
      get parts() {
        return reply.parts.map(asFree)
      },
    }
  }
  return {
    ...reply,
    async *parts() {
      for await (const events of reply.parts()) yield events.map(freed)
    },
  }
}

function freed(parts: readonly Part[]): Part[] {
  return parts.filter(({ type }) => type !== 'event').map(asFree)
}

function asFree(part: Part): Part {
  if (part.type !== 'usage') return part
  return { type: 'usage', usage: NO_USAGE, reportedCost: 0, raw: {} }
}
