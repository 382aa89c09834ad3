import type { ObjectStore } from '../access/object-store.ts'
import type { Signers } from '../access/signers.ts'
import type { Config } from '../config/config.ts'
import type { Ids } from '../domain/ids.ts'
import type { Clock } from '../lib/clock.ts'
import type { Deadlines } from '../lib/deadlines.ts'
import type { Lru } from '../lib/lru.ts'
import type { Transport } from '../lib/transport.ts'
import type { StoreClient } from '../store/client.ts'
import type { AnswerCache } from './cache/answer-cache.ts'
import type { TablePricing } from './complete.ts'
import type { Conversations } from './conversations.ts'
import type { Draft } from './draft.ts'
import type { Experiments } from './experiments/experiments.ts'
import type { InFlight } from './in-flight.ts'

/** What the engine needs of the store: never waited for, unless the configuration says so. */
export interface DraftSink {
  add(draft: Draft, bytes: number): void
  /** A request that takes long has begun: should the process die, it is known. */
  begin(draft: Draft, bytes: number): void
  /** Resolves when the record is on disk; false when it cannot be. */
  committed(id: string): Promise<boolean>
}

/** Everything a request needs from outside, handed in. */
export interface Engine {
  /** The configuration now; a request takes it once and keeps that. */
  readonly config: () => Config
  readonly clock: Clock
  readonly ids: Ids
  readonly random: () => number
  readonly transport: Transport
  readonly deadlines: Deadlines
  readonly signers: Signers
  readonly store: DraftSink
  /** What is stored, and what changes there; null where nothing is kept. */
  readonly stored: StoreClient | null
  /** Null where no answers are kept to be given again. */
  readonly cache: AnswerCache | null
  /** Where files of requests are kept; null where the configuration does not say. */
  readonly files: ObjectStore | null
  readonly inFlight: InFlight
  readonly experiments: Experiments
  readonly conversations: Conversations
  /** How often a scripted model was called before, by `model provider`. */
  readonly scriptCalls: Lru<string, number>
  /** Addresses as parsed before: most requests go where others went. */
  readonly addresses: Lru<string, URL>
  readonly userAgent: string
  readonly price: TablePricing
}
