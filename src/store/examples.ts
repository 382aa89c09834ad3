import type { Example, ExampleQuery, ExampleSpace, NearExample } from '../domain/example.ts'

export interface ExampleReads {
  /** The nearest examples of a variant, the nearest first. */
  nearestExamples(space: ExampleSpace, query: ExampleQuery): Promise<NearExample[]>
}

/** An example whose id is known is not kept again. [how many were new] */
export interface ExamplesChange {
  readonly kind: 'put_examples'
  readonly examples: readonly Example[]
}
