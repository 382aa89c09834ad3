import type { Json, JsonObject } from '../lib/json.ts'
import type { ProviderTool, Tool, ToolChoice } from './chat.ts'
import type { Input } from './input.ts'

// A batch is a document under its id; its requests are documents beside it until they are answered,
// many in each piece.

export const BATCHES = 'batch'
export const BATCH_PIECES = 'batch_piece'

export function pieceKey(batchId: string, number: number): string {
  return `${batchId}/${String(number).padStart(6, '0')}`
}

/** Many requests to one variant, handed in together. */
export interface Batch {
  readonly id: string
  /** Of this state of it: a UUIDv7. */
  readonly stateId: string
  readonly status: 'pending' | 'completed' | 'failed'
  readonly functionName: string
  readonly variantName: string
  /** The model's configured name, and of its providers the one that has them. */
  readonly model: string
  readonly provider: string
  /** What the provider must be told to be asked after it. */
  readonly known: JsonObject
  /** In ms since 1970. */
  readonly beganAt: number
  readonly configHash: string
  readonly inferenceIds: readonly string[]
  /** In how many pieces its requests are kept. */
  readonly pieces: number
  /** Why there is no answer, by the request's id. */
  readonly failures: Readonly<Record<string, string>>
}

/** One of its requests, as far as stores look into it. */
export interface KeptItem {
  readonly id: string
  readonly episodeId: string
  readonly tags: Readonly<Record<string, string>>
  readonly task: {
    readonly input: Input
    readonly tools: {
      readonly allowed: readonly string[] | null
      readonly additional: readonly Tool[]
      readonly choice: ToolChoice | null
      readonly parallel: boolean | null
      readonly provider: readonly ProviderTool[]
    }
    readonly outputSchema: Json
  }
  /** The parameters as used, after the variant's own. */
  readonly params: object
  /** What the model was told, in TensorZero's words. */
  readonly input: JsonObject
  /** The body that was handed in, as text. */
  readonly request: string
}
