import type { JsonObject } from '../lib/json.ts'
import type { Options } from './provider.ts'

/**
 * How a provider takes many requests at once and answers within hours. Its steps are generators: each
 * gives a call to be made and goes on with the answer's bytes, so that they need no network.
 */
export interface BatchApi {
  /** A request with what its answer is told by, where the provider's answers do not say it. */
  readonly mark?: (body: JsonObject, id: string) => JsonObject
  /** Hands the requests in. Returns what must be known to ask after them. */
  begin(place: BatchPlace, batch: NewBatch): BatchSteps<JsonObject>
  /** Asks after them; `known` is what `begin` returned. */
  poll(place: BatchPlace, known: JsonObject): BatchSteps<BatchState>
}

export type BatchSteps<Result> = Generator<BatchCall, Result, Buffer>

export interface BatchCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly body: Buffer | null
  readonly contentType?: string
  /** Of another service than the provider's own: its configured headers are not for that one. */
  readonly elsewhere?: true
}

/** Where a model's batches are handed in. */
export interface BatchPlace {
  /** The provider's address; '' where it makes its own. Else ends with a slash. */
  readonly base: string
  readonly options: Options
  /** The model's name at the provider. */
  readonly model: string
  /** Where one request of the kind would go. */
  readonly path: string
  readonly files: BatchFiles | null
}

/** Where the files of batches are, for providers that take them from a bucket. */
export interface BatchFiles {
  /** `gs://BUCKET/…` */
  readonly inputPrefix: string
  readonly outputPrefix: string
  /** The storage's address where it is not its own; ends with a slash. */
  readonly apiBase: string | null
}

export interface NewBatch {
  /** Our own name for it. */
  readonly id: string
  readonly requests: readonly { readonly id: string; readonly body: string }[]
}

export type BatchState =
  | { readonly status: 'pending' }
  /** Nothing of it was answered. */
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'completed'; readonly results: readonly BatchResult[] }

/** The answer to one request: a body as it would have come alone, or an error's. */
export interface BatchResult {
  readonly id: string
  readonly status: number
  readonly body: JsonObject
}
