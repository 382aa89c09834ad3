import type { Json } from './chat.ts'

export const FEEDBACK_TYPES = ['boolean', 'float', 'comment', 'demonstration'] as const
export type FeedbackType = (typeof FEEDBACK_TYPES)[number]

export type FeedbackLevel = 'inference' | 'episode'

/** What somebody says of an answer or of an episode. Never changed: a newer one counts instead. */
export interface Feedback {
  /** UUIDv7. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** An inference's id or an episode's. */
  readonly targetId: string
  readonly level: FeedbackLevel
  readonly type: FeedbackType
  /** The metric's name; `comment` and `demonstration` for those. */
  readonly metricName: string
  /** As the type says; a demonstration's is in TensorZero's words (blocks, or raw and parsed). */
  readonly value: Json
  readonly tags: Readonly<Record<string, string>>
  readonly configHash: string
}
