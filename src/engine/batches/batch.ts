import type { VariantParams } from '../../config/functions.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { Task } from '../functions/task.ts'

/** Many requests to one variant, handed in together. */
export interface Batch {
  readonly id: string
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

/** One of its requests: all that its record will need once the answer is there. */
export interface BatchItem {
  readonly id: string
  /** Of the one call that is made for it. */
  readonly attemptId: string
  readonly episodeId: string
  readonly tags: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  readonly task: Task
  /** The parameters as used, after the variant's own. */
  readonly params: VariantParams
  /** The answer is what a tool is called with (json mode `tool`). */
  readonly answersByTool: boolean
  /** What the model was told, in TensorZero's words. */
  readonly input: JsonObject
  /** The body that was handed in, as text. */
  readonly request: string
}
