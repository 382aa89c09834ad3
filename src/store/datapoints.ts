import type { Datapoint } from '../domain/datapoint.ts'
import type { InferenceFilter } from '../domain/inference-query.ts'

/** Datapoints are written and made stale, at once; one of an id that is there takes its place. */
export interface WriteDatapoints {
  readonly kind: 'write_datapoints'
  readonly datapoints: readonly Datapoint[]
  /** What these replace. */
  readonly stale: readonly string[]
  /** When; ms since 1970. */
  readonly at: number
}

/** All of a dataset, or these of it, become stale. [how many] */
export interface DeleteDatapoints {
  readonly kind: 'delete_datapoints'
  readonly datasetName: string
  readonly ids: readonly string[] | null
  readonly at: number
}

export interface DatapointReads {
  datapoints(query: DatapointQuery, page: DatapointPage): Promise<Datapoint[]>
  /** Those that are not stale, by dataset, the last changed dataset first. */
  datasets(query: {
    readonly datasetName?: string
    readonly functionName?: string
  }): Promise<DatasetFigures[]>
}

export interface DatapointQuery {
  readonly datasetName?: string
  readonly functionName?: string
  readonly ids?: readonly string[]
  /** Whether stale ones are found too. */
  readonly stale: boolean
  /** Of tags and times (of the last change) alone. */
  readonly filter?: InferenceFilter
  /** A text within input or output, whatever the case of its letters. */
  readonly search?: string
}

/** Last changed first where nothing else is said, and where two are equal. */
export interface DatapointPage {
  readonly order: readonly { readonly by: 'time' | 'relevance'; readonly descending: boolean }[]
  readonly limit: number
  readonly offset?: number
}

export interface DatasetFigures {
  readonly datasetName: string
  readonly count: number
  /** ms since 1970. */
  readonly updatedAt: number
}
