import type { Experimentation, FunctionConfig } from '../../config/functions.ts'

export type AdaptiveExperiment = Extract<Experimentation, { type: 'adaptive' }>

/** The experiments that learn from feedback. */
export interface Experiments {
  /** The variant of an episode, always the same one; undefined when none is left to try. */
  choose(of: {
    readonly fn: FunctionConfig
    readonly experiment: AdaptiveExperiment
    readonly episodeId: string
    readonly namespace: string | null
    readonly tried: ReadonlySet<string>
  }): Promise<string | undefined>
}
