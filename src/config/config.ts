import type { BodyPatch, HeaderPatch } from '../domain/patch.ts'
import type { Secret } from '../lib/secret.ts'
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
  readonly cost: readonly CostEntry[]
  /** The provider's own configuration fields, as checked by its schema. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface Model {
  readonly name: string
  readonly targets: readonly Target[]
  readonly timeouts: Timeouts
  readonly retries: Retries
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
  readonly doneAfterError: boolean
  readonly onClientDisconnect: 'cancel' | 'drain'
}

/** A loaded configuration: frozen, complete, every name resolved. A request holds one snapshot. */
export interface Config extends Functions {
  /** SHA-256 of the merged tables, as hex: the same for the same settings in any order. */
  readonly hash: string
  /** The files it came from, absolute; empty when there were none. */
  readonly files: readonly string[]
  readonly gateway: Gateway
  /** Configured models by name. */
  readonly models: ReadonlyMap<string, Model>
  /**
   * The model of a configured name or a short one (`openrouter::openai/gpt-oss-20b`); undefined
   * when there is none. Short names are made on first use and kept (bounded).
   */
  model(name: string): Model | undefined
  /** Names to show and to suggest, sorted. */
  readonly modelNames: readonly string[]
}
