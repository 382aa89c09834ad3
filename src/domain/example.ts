/** For whom examples are kept: `experimental_dynamic_in_context_learning` variants. */
export interface ExampleSpace {
  readonly functionName: string
  readonly variantName: string
  /** '' for none. */
  readonly namespace: string
}

/** A good answer, to be shown to a model that is asked something like it. */
export interface Example extends ExampleSpace {
  /** UUIDv7. */
  readonly id: string
  /** The function's input in TensorZero's words, as JSON text: what was embedded. */
  readonly input: string
  /** TensorZero's blocks of a chat function, `{raw, parsed}` of a json function; JSON text. */
  readonly output: string
  readonly embedding: readonly number[]
}

export interface NearExample {
  readonly input: string
  readonly output: string
  /** Cosine distance: 0 the same direction, 1 none in common, 2 the opposite. */
  readonly distance: number
}

export interface ExampleQuery {
  readonly embedding: readonly number[]
  readonly k: number
  /** Farther ones are left out; null: none is too far. */
  readonly maxDistance: number | null
}
