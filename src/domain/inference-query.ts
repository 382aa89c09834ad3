import type { FeedbackLevel } from './feedback.ts'
import { BATCH_DIALECT } from './record.ts'

/**
 * Which finished inferences are meant, as TensorZero's API can say it. Only answers that came out
 * well are inferences there: what failed is in the log alone.
 */
export interface InferenceQuery {
  readonly functionName?: string
  readonly variantName?: string
  readonly episodeId?: string
  /** These alone. */
  readonly ids?: readonly string[]
  readonly filter?: InferenceFilter
  /** A text within input or output, whatever the case of its letters. */
  readonly search?: string
  /** Only those of which somebody has said what they should have been. */
  readonly demonstrated?: boolean
}

/** Part of an answer list. Where the order leaves two equal, the newer one comes first. */
export interface InferencePage {
  /** Empty: the newest first. */
  readonly order: readonly InferenceOrder[]
  readonly limit: number
  readonly offset?: number
  /** Only those with a smaller id (older). */
  readonly before?: string
  /** Only those with a greater id (newer): the `limit` that are nearest to it, in the same order. */
  readonly after?: string
}

/** By `time`, `relevance` (how often the text is found), or a metric: those without it come last. */
export type InferenceOrder =
  | { readonly by: 'time' | 'relevance'; readonly descending: boolean }
  | (MetricName & { readonly by: 'metric'; readonly descending: boolean })

export interface MetricName {
  readonly metric: string
  readonly type: 'float' | 'boolean'
  readonly level: FeedbackLevel
}

export type Comparison = '<' | '<=' | '=' | '>' | '>=' | '!='

/**
 * A tree of conditions. A metric that nobody has given is neither equal nor unequal to anything:
 * its comparison is unknown, which fails by itself, in `and`, in `or`, and as the child of `not`.
 */
export type InferenceFilter =
  | MetricFilter
  | DemonstrationFilter
  | TagFilter
  | TimeFilter
  | { readonly type: 'and' | 'or'; readonly children: readonly InferenceFilter[] }
  | { readonly type: 'not'; readonly child: InferenceFilter }

/** The newest value counts. */
export interface MetricFilter {
  readonly type: 'metric'
  readonly metric: MetricName
  readonly comparison: Comparison
  /** Booleans are 0 and 1. */
  readonly value: number
}

export interface DemonstrationFilter {
  readonly type: 'demonstration'
  readonly has: boolean
}

/** `!=`: it has the tag with another value. */
export interface TagFilter {
  readonly type: 'tag'
  readonly key: string
  readonly value: string
  readonly comparison: '=' | '!='
}

/** Compares the time that the id carries, in whole seconds. */
export interface TimeFilter {
  readonly type: 'time'
  /** Seconds since 1970. */
  readonly second: number
  readonly comparison: Comparison
}

/** Requests whose answers count as inferences; others (embeddings, pictures …) are in the log. */
export const INFERENCE_DIALECTS: readonly string[] = [
  'tensorzero.inference',
  BATCH_DIALECT,
  'openai.chat',
  'openai.responses',
  'anthropic.messages',
  'gemini.generate',
]

/** The ids of a time, half open: every id that begins in it is among them; null means no bound. */
export interface TimeSpan {
  readonly fromMs: number | null
  readonly toMs: number | null
}

/** The time that a comparison leaves; null for `!=`, which leaves all but one second. */
export function spanOf({ comparison, second }: TimeFilter): TimeSpan | null {
  const start = second * 1000
  const end = start + 1000
  switch (comparison) {
    case '<':
      return { fromMs: null, toMs: start }
    case '<=':
      return { fromMs: null, toMs: end }
    case '>':
      return { fromMs: end, toMs: null }
    case '>=':
      return { fromMs: start, toMs: null }
    case '=':
      return { fromMs: start, toMs: end }
    case '!=':
      return null
  }
}
