import type { Json } from '../domain/chat.ts'
import type { InferencePage, InferenceQuery } from '../domain/inference-query.ts'
import type { NativeInference } from '../domain/native.ts'

/** Questions about finished inferences, in TensorZero's terms. */
export interface InferenceReads {
  inferences(query: InferenceQuery, page: InferencePage): Promise<FoundInference[]>
  countInferences(query: InferenceQuery): Promise<number>
}

export interface FoundInference {
  readonly id: string
  readonly episodeId: string
  readonly functionName: string
  readonly variantName: string
  readonly tags: Readonly<Record<string, string>>
  readonly configHash: string
  readonly latencyUs: number
  /** Of a stream. */
  readonly ttftUs: number | null
  /** Null when its texts are gone (retention). */
  readonly native: NativeInference | null
  /** What the output should have been, by the newest demonstration, where the query asks for it. */
  readonly demonstration: Json
}
