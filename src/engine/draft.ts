import type { CostEntry } from '../config/config.ts'
import type { ErrorCode } from '../domain/errors.ts'
import type { AttemptReason, Outcome } from '../domain/record.ts'
import type { WireName } from '../providers/provider.ts'

/**
 * What the main thread knows of a request, as plain values that cross to the store thread cheaply.
 * Bodies travel as `latin1` strings: a byte a character, copied but not decoded. The store thread
 * reads them (`completeRecord`).
 */
export interface Draft {
  readonly id: string
  readonly episodeId: string
  readonly startedAt: number
  readonly dialect: string
  readonly requestedModel: string
  readonly model: string | null
  readonly stream: boolean
  readonly outcome: Outcome
  readonly status: number
  readonly error: ErrorCode | null
  readonly errorMessage: string | null
  readonly latencyUs: number
  readonly overheadUs: number
  readonly ttftUs: number | null
  readonly tags: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  readonly configHash: string
  readonly body: string
  /** How the client may ask for the answer again; absent: not at all. */
  readonly kept?: Kept
  /** Of `body`; null: JSON. */
  readonly contentType: string | null
  /** What a function's answer says of itself, as JSON (`Told`); null where a model answered. */
  readonly told: string | null
  /** Which of the attempts gave the answer; -1: none was made. */
  readonly answering: number
  readonly attempts: readonly AttemptDraft[]
}

export interface Kept {
  /** Our own name for the answer. */
  readonly id: string
  /** The client was sent the upstream's bytes, and the upstream's name in them. */
  readonly relayed: boolean
}

export interface AttemptDraft {
  readonly id: string
  readonly number: number
  readonly reason: AttemptReason
  /** The model's configured name, and the variant that asked it ('' for none). */
  readonly model: string
  readonly variant: string
  /** What a variant told the model, as JSON; null: the client's own words. */
  readonly input: string | null
  readonly provider: string
  /** Another gateway, which knows itself whom a block is for. */
  readonly relays?: true
  readonly providerType: string
  readonly wire: WireName
  readonly upstreamModel: string
  readonly url: string
  readonly status: number | null
  readonly error: ErrorCode | null
  readonly errorMessage: string | null
  readonly startedUs: number
  readonly headUs: number | null
  readonly ttftUs: number | null
  readonly endedUs: number
  readonly reusedSocket: boolean
  readonly staleRetry: boolean
  readonly mayHaveBeenBilled: boolean
  readonly cost: readonly CostEntry[]
  /** Answered from the cache. */
  readonly cached?: boolean
  /** Part of a batch: prices of calls that are made alone do not hold. */
  readonly batched?: true
  /** Null: the client's own bytes, which went on as they came. */
  readonly requestBody: string | null
  /** The response as it came; a stream's pieces in order. */
  readonly responsePieces: readonly string[]
  readonly bytesIn: number
  /** Of the response; null: it named none. */
  readonly responseType: string | null
  /** The response was a stream of events. */
  readonly streamed: boolean
}

/** A draft without its bodies, for when the queue is full: the facts survive. */
export function withoutBodies(draft: Draft): Draft {
  return {
    ...draft,
    body: '',
    attempts: draft.attempts.map((attempt) => ({
      ...attempt,
      requestBody: '',
      responsePieces: [],
    })),
  }
}

/** About how many bytes a draft holds, to bound the queue. */
export function sizeOfDraft(draft: Draft): number {
  const bodies = draft.attempts.reduce(
    (size, attempt) => size + (attempt.requestBody?.length ?? 0) + attempt.bytesIn,
    draft.body.length,
  )
  return bodies + 1000
}
