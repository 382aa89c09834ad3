import type { Moments } from '../domain/experiments/moments.ts'

/**
 * What metrics add up to for the variants of a function. Of what was said of one target for one
 * metric only the newest counts. An episode counts once for each variant of the function that
 * answered in it, whichever came first. Only boolean (0 and 1) and float metrics count.
 */
export interface StatisticsReads {
  /** Up to now; one entry for each metric and variant with a value, in no order. */
  feedbackByVariant(of: StatisticsQuery): Promise<VariantFeedback[]>
  /**
   * Up to each of these times (ms since 1970, whole minutes, rising), the time itself left out: an
   * entry for each time and variant that has a value by then.
   */
  feedbackUntil(of: StatisticsQuery, ends: readonly number[]): Promise<VariantFeedbackUntil[]>
}

export interface StatisticsQuery {
  readonly functionName: string
  /** Absent: all metrics. */
  readonly metricName?: string
  /** Only inferences in this namespace; absent: all, in one or not. */
  readonly namespace?: string
}

export interface VariantFeedback extends Moments {
  readonly metricName: string
  readonly variantName: string
}

export interface VariantFeedbackUntil extends VariantFeedback {
  readonly end: number
}
