import type { InferenceFilter } from '../domain/inference-query.ts'

/** Questions about episodes: what belongs together because a client said so, or because it does. */
export interface EpisodeReads {
  /** Those with the greatest ids first. An episode is found by any of its inferences. */
  episodes(query: EpisodeQuery): Promise<EpisodeFigures[]>
  /** The smallest and the greatest id, and how many there are. */
  episodeBounds(): Promise<EpisodeBounds>
}

export interface EpisodeQuery {
  readonly functionName?: string
  readonly filter?: InferenceFilter
  /** Only those with smaller ids. */
  readonly before?: string
  /** Only those with greater ids: the nearest, still the greatest first. */
  readonly after?: string
  readonly limit: number
}

/** Of all inferences of an episode. */
export interface EpisodeFigures {
  readonly episodeId: string
  readonly count: number
  readonly firstInferenceId: string
  readonly lastInferenceId: string
}

export interface EpisodeBounds {
  readonly first: string | null
  readonly last: string | null
  readonly count: number
}
