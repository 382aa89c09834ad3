import type { Block, FinishReason, Json, Message } from './chat.ts'
import type { ErrorCode } from './errors.ts'
import type { NativeInference } from './native.ts'
import type { CostSource } from './prices/cost-source.ts'
import type { Usage } from './usage.ts'

/**
 * How a request ended. Every authenticated request ends in exactly one.
 * `rejected` is the caller's fault or our limit, `truncated` a stream cut after its first content.
 */
export const OUTCOMES = [
  'ok',
  'upstream_error',
  'client_gone',
  'timeout',
  'rejected',
  'truncated',
  'internal',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export type UsageSource = 'provider' | 'estimated' | 'unknown'

/** Why a try was made. */
export type AttemptReason = 'first' | 'retry' | 'fallback'

/** One request to one provider, success or not. Times are µs since the client's request began. */
export interface AttemptRecord {
  readonly id: string
  readonly number: number
  readonly reason: AttemptReason
  /** The provider's name in the model's `routing`. */
  readonly provider: string
  readonly providerType: string
  /** The model's configured name, and the variant that asked it; missing in old records. */
  readonly model?: string
  readonly variant?: string
  /** The model's name at the provider. */
  readonly upstreamModel: string
  /** Scheme, host and path; never a query string. */
  readonly url: string
  readonly status: number | null
  readonly error: ErrorCode | null
  readonly errorMessage: string | null
  readonly startedUs: number
  /** Response head received. */
  readonly headUs: number | null
  /** First content-bearing piece received. */
  readonly ttftUs: number | null
  readonly endedUs: number
  readonly bytesOut: number
  readonly bytesIn: number
  readonly reusedSocket: boolean
  /** A kept-alive socket died unused and the request was sent again on a fresh one. */
  readonly staleRetry: boolean
  readonly mayHaveBeenBilled: boolean
  readonly usage: Usage | null
  readonly usageSource: UsageSource
  /** Nano-US-dollars; `null` when no price is known. */
  readonly costNano: number | null
  /** Missing in a record as old as a time when it was not kept. */
  readonly costSource?: CostSource | null
  readonly finish: FinishReason | null
  readonly finishRaw: string | null
  /** Answered from the cache: no provider was asked. */
  readonly cached?: boolean
  /** What the model was told and what it said, where that is not the inference's own. */
  readonly input?: readonly Message[]
  readonly output?: readonly Block[]
  /** The body we sent, as text. */
  readonly rawRequest: string
  /** The body we received, as text; a stream's bytes as they came. */
  readonly rawResponse: string
}

/** One request of a client, whole. */
export interface InferenceRecord {
  /** UUIDv7. */
  readonly id: string
  readonly episodeId: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** The client's API: `openai.chat`. */
  readonly dialect: string
  /** The name by which a client may ask for this answer again; null or missing: it may not. */
  readonly responseId?: string | null
  readonly functionName: string
  readonly variantName: string
  /** The model's name as the client wrote it. */
  readonly requestedModel: string
  /** The model as resolved; `null` when there is no such model. */
  readonly model: string | null
  readonly stream: boolean
  readonly outcome: Outcome
  /** The HTTP status the client was sent; 499 when it left first. */
  readonly status: number
  readonly error: ErrorCode | null
  readonly errorMessage: string | null
  /** From the request's last byte to the answer's last byte, µs. */
  readonly latencyUs: number
  /** Of that, not spent waiting for a provider, µs. */
  readonly overheadUs: number
  /** To the first content-bearing piece, µs. */
  readonly ttftUs: number | null
  readonly finish: FinishReason | null
  readonly usage: Usage | null
  readonly costNano: number | null
  readonly tags: Readonly<Record<string, string>>
  /** What could not be passed on, and other things the caller should know. */
  readonly warnings: readonly string[]
  readonly configHash: string
  readonly attempts: readonly AttemptRecord[]
  readonly input: readonly Message[]
  readonly tools: Json
  readonly params: Json
  readonly output: readonly Block[]
  /** What a function's answer is in TensorZero's words; null or missing: a model's own answer. */
  readonly native?: NativeInference | null
  /** The client's body as received. */
  readonly rawRequest: string
  readonly inputPreview: string
  readonly outputPreview: string
}

/** The dialect of what was asked in a batch: hours lie between the request and its answer. */
export const BATCH_DIALECT = 'tensorzero.batch_inference'

/** Longest preview kept with a row, in UTF-16 units. */
export const PREVIEW_LENGTH = 200
