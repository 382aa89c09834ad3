import type { Json, JsonObject } from '../lib/json.ts'

/**
 * An example of a function's task in a dataset: an input and, perhaps, the right output. Its
 * meaning is never changed: an update makes a new one and says when the old one became stale.
 */
export interface Datapoint {
  /** UUIDv7. */
  readonly id: string
  readonly datasetName: string
  readonly functionName: string
  readonly type: 'chat' | 'json'
  readonly episodeId: string | null
  readonly name: string | null
  /** Input, output, tools and schema in TensorZero's words. */
  readonly input: JsonObject
  /** Blocks, or `{raw, parsed}`; null: not given. */
  readonly output: Json
  /** Of chat functions: what the request said of tools (`allowed_tools`, `tool_choice` …). */
  readonly toolParams: JsonObject
  /** Of json functions. */
  readonly outputSchema: Json
  readonly tags: Readonly<Record<string, string>>
  /** Written or changed by somebody, not as an inference was. */
  readonly isCustom: boolean
  /** The inference that it was made of. */
  readonly sourceInferenceId: string | null
  /** Replaced or deleted then; ms since 1970. */
  readonly staledAt: number | null
  readonly updatedAt: number
  readonly configHash: string
}
