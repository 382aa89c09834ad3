import type { BodyPatch, HeaderPatch } from '../domain/patch.ts'
import type { JsonObject } from '../lib/json.ts'
import type { Secret } from '../lib/secret.ts'
import type { BatchFiles } from '../providers/batch.ts'
import type { Provider, Wires } from '../providers/provider.ts'
import type { Functions } from './functions.ts'

/** Where a key comes from, resolved as far as it can be at load. */
export type Credential =
  | { readonly type: 'none' }
  | { readonly type: 'secret'; readonly secret: Secret }
  /** The machine's own cloud credentials, as the cloud's library finds them. */
  | { readonly type: 'sdk' }
  /** Taken from the request's `credentials` map. */
  | { readonly type: 'dynamic'; readonly key: string }
  /** Could not be resolved; only short names may have it, and it is an error when used. */
  | { readonly type: 'missing'; readonly location: string; readonly message: string }
  /** `default` when it can be resolved at the time of the request, else `fallback`. */
  | { readonly type: 'either'; readonly first: Credential; readonly fallback: Credential }

/** Milliseconds; `null` means none of its own. */
export interface Timeouts {
  /** Non-streaming: the whole answer. */
  readonly totalMs: number | null
  /** Streaming: the first content-bearing piece. */
  readonly ttftMs: number | null
  /** Streaming: the whole answer. */
  readonly streamTotalMs: number | null
  /** Streaming: between two events. */
  readonly idleMs: number | null
}

export interface Retries {
  readonly numRetries: number
  readonly maxDelayMs: number
}

export type { BodyPatch, HeaderPatch } from '../domain/patch.ts'

/** One entry of a provider's `cost`: nano-US-dollars for each unit found at the pointer. */
export interface CostEntry {
  readonly pointerNonStreaming: string
  readonly pointerStreaming: string
  readonly nanoPerUnit: number
  readonly required: boolean
}

/** One provider of a model. */
export interface Target {
  /** Its name in `routing`. */
  readonly name: string
  readonly model: string
  readonly provider: Provider
  /** What it can be asked for, and how. */
  readonly wires: Wires
  /** The model's name at the provider. */
  readonly upstreamModel: string
  /** Ends with a slash; '' for scripted providers and those that make their own address. */
  readonly apiBase: string
  readonly credential: Credential
  /** The provider's fields that may be credential locations, by name. */
  readonly settings: Readonly<Record<string, Credential>>
  readonly timeouts: Timeouts
  readonly extraBody: readonly BodyPatch[]
  readonly extraHeaders: readonly HeaderPatch[]
  /** Pieces of a stream that we have no noun for are left out. */
  readonly discardUnknown: boolean
  readonly cost: readonly CostEntry[]
  /** Of calls in a batch: where nothing is given, as those that are made alone. */
  readonly batchCost: readonly CostEntry[]
  /** Where the files of batches are, for providers that need such a place; null: nowhere. */
  readonly batchFiles: BatchFiles | null
  /** The provider's own configuration fields, as checked by its schema. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface Model {
  readonly name: string
  readonly targets: readonly Target[]
  readonly timeouts: Timeouts
  readonly retries: Retries
  /** Its providers are called even when there is a relay. */
  readonly skipRelay: boolean
  /** Only requests in this namespace may use it; null: all may. */
  readonly namespace: string | null
}

export interface Gateway {
  /** Null when neither the file nor the command line gives one. */
  readonly bindAddress: string | null
  /** '' or '/prefix', without a slash at its end. */
  readonly basePath: string
  readonly debug: boolean
  readonly unstableErrorJson: boolean
  readonly globalTimeoutMs: number
  readonly maxRequestBytes: number
  /** `before_reply`: an answer's end waits until its record is on disk. */
  readonly durability: 'async' | 'before_reply'
  readonly observabilityEnabled: boolean
  /** No start without a store that works. */
  readonly observabilityDemanded: boolean
  readonly observabilityBackend: 'auto' | 'sqlite' | 'postgres' | 'clickhouse'
  /** How much of the past is kept. */
  readonly retention: RetentionSettings
  /** ClickHouse's tables are made and changed by the gateway itself. */
  readonly clickHouseMigrations: boolean
  /** How records are gathered for a server; null: as suits it. */
  readonly batchWrites: {
    readonly flushMs: number
    readonly maxRows: number
    readonly maxRowsPostgres: number
    readonly capacity: number | null
  } | null
  readonly doneAfterError: boolean
  readonly onClientDisconnect: 'cancel' | 'drain'
  /** Files that a request names are downloaded and sent inline, instead of their addresses. */
  readonly fetchFiles: boolean
  /** Hosts that may have addresses of this machine or of a private network. */
  readonly fetchFilesFrom: readonly string[]
  /** Feedback is accepted on what is not there. */
  readonly feedbackUnchecked: boolean
  /** Requests that name no episode are linked by the conversation they go on with. */
  readonly infersEpisodes: boolean
}

export interface CacheOptions {
  readonly mode: 'off' | 'on' | 'read_only' | 'write_only'
  /** Older answers are not given again; null: of any age. */
  readonly maxAgeS: number | null
}

/** Null: no bound. */
export interface RetentionSettings {
  readonly maxDays: number | null
  /** Undefined: nothing was said. */
  readonly maxBytes: number | null | undefined
  /** What `[postgres]` says: of requests, and of their texts. */
  readonly postgresDays: number | null
  readonly postgresTextDays: number | null
}

export interface CacheSettings {
  /** For requests that do not say. */
  readonly byDefault: CacheOptions
  /** Null: when there is something to keep it in. */
  readonly enabled: boolean | null
  readonly backend: 'auto' | 'clickhouse' | 'valkey'
  /** How long an entry is kept, in seconds. */
  readonly ttlS: number
}

/** The gateway that answers in place of this one's providers. */
export interface Relay {
  readonly gatewayUrl: string
  readonly credential: Credential
}

/** Where files of requests are kept. */
export type ObjectStorage =
  | { readonly type: 'disabled' }
  /** Absolute. */
  | { readonly type: 'filesystem'; readonly path: string }
  | {
      readonly type: 's3_compatible'
      readonly bucketName: string | null
      readonly region: string | null
      readonly endpoint: string | null
      readonly allowHttp: boolean
      /** Goes before the name of every file; '' for none. */
      readonly prefix: string
    }

export interface RateLimiting {
  readonly enabled: boolean
  readonly backend: 'auto' | 'postgres' | 'valkey'
  /** Nano-US-dollars that a call counts for until its cost is known. */
  readonly defaultCostNano: number
  readonly rules: readonly RateLimitRule[]
}

export interface RateLimitRule {
  /** Null: it holds whatever other rules there are. */
  readonly priority: number | null
  readonly limits: readonly RateLimit[]
  readonly scope: readonly RateLimitScope[]
}

export interface RateLimit {
  readonly resource: 'model_inferences' | 'tokens' | 'cost'
  readonly interval: 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month'
  /** Calls, tokens, or nano-US-dollars. */
  readonly capacity: number
  /** The same, coming back in each interval. */
  readonly refillRate: number
}

export type RateLimitScope =
  | { readonly type: 'tag'; readonly key: string; readonly value: string }
  | { readonly type: 'api_key'; readonly publicId: string }

/** A loaded configuration: frozen, complete, every name resolved. A request holds one snapshot. */
export interface Config extends Functions {
  /**
   * BLAKE3 of the merged tables and the texts of the files they name, as a decimal number: the same
   * for the same settings in any order.
   */
  readonly hash: string
  /** The files it came from, absolute; empty when there were none. */
  readonly files: readonly string[]
  /** The files that those name (templates, schemas), absolute. */
  readonly referencedFiles: readonly string[]
  /** All that was written, as JSON, with each file's text in the place of its path. */
  readonly tables: JsonObject
  /** The texts of templates that others include, by the names that these say. */
  readonly includes: Readonly<Record<string, string>>
  readonly gateway: Gateway
  /** Configured models by name. */
  readonly models: ReadonlyMap<string, Model>
  /** Configured models for embeddings by name; others make them too. */
  readonly embeddingModels: ReadonlyMap<string, Model>
  /**
   * The model of a configured name or a short one (`openrouter::openai/gpt-oss-20b`); undefined
   * when there is none. Short names are made on first use and kept (bounded).
   */
  model(name: string): Model | undefined
  /** Names to show and to suggest, sorted. */
  readonly modelNames: readonly string[]
  readonly cache: CacheSettings
  readonly relay: Relay | null
  /** Null where nothing is written: a request with a file is then told to configure it. */
  readonly objectStorage: ObjectStorage | null
  readonly rateLimiting: RateLimiting
  /** `[evaluations]` as in `tables`: checked for form, and kept. */
  readonly evaluations: JsonObject
  /** `[optimizers]` as in `tables`: checked for form, and kept. */
  readonly optimizers: JsonObject
}
