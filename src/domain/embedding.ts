import type { JsonObject } from '../lib/json.ts'

/** Texts (or token lists) to turn into vectors. */
export interface EmbeddingRequest {
  readonly inputs: readonly (string | readonly number[])[]
  /** Length of the vectors wanted; absent: the model's own. */
  readonly dimensions?: number
  /** Fields of the client's wire that have no noun here, by name. */
  readonly extra: JsonObject
  /** The wire whose words `extra` uses. */
  readonly wire: string
}
