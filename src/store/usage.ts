import type { Usage } from '../domain/usage.ts'

/** What was used, how often and how fast: sums over spans of time. */
export interface UsageReads {
  /**
   * One row for each period and each of the names in `by` that occur, the oldest period first.
   * What retention has deleted since still counts.
   */
  usage(query: UsageQuery): Promise<UsageRow[]>
}

/** Requests of clients, or tries at providers (TensorZero: inferences, model inferences). */
export type UsageLevel = 'inference' | 'attempt'

/** How it ended. `cached`: answered from the cache, without asking a provider. */
export type UsageEnding = 'ok' | 'failed' | 'cached'

/** In UTC; a week begins on Monday. `all`: one row for the whole span. */
export type UsagePeriod = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'all'

export type UsageName = 'function' | 'variant' | 'model' | 'provider'

export interface UsageQuery {
  readonly level: UsageLevel
  /** Of requests that began then or later, and before then; in ms since 1970. */
  readonly from?: number
  readonly to?: number
  readonly period: UsagePeriod
  readonly by: readonly UsageName[]
  /** Only of these names, exactly. */
  readonly where?: Readonly<Partial<Record<UsageName, string>>>
  /** Only what ended so; all when missing. */
  readonly endings?: readonly UsageEnding[]
  /** Which quantiles of the times are wanted, such as 0.95; none when missing. */
  readonly quantiles?: readonly number[]
}

export interface UsageRow {
  /** Null when the period is `all`. */
  readonly startedAt: number | null
  /** Null where it was not asked for, and where there is none: a model that does not exist. */
  readonly names: Readonly<Record<UsageName, string | null>>
  readonly count: number
  readonly failed: number
  readonly cached: number
  /** Sums of what was told; null where nothing was. */
  readonly usage: Usage
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly costNano: number | null
  /** How many of them have a known cost. */
  readonly costed: number
  /** When the newest of them began, in ms since 1970. */
  readonly lastAt: number
  /** µs, in the order of the query's `quantiles`, within 2 %; null where there are no values. */
  readonly latencyUs: readonly (number | null)[]
  /** To the first content; of an attempt, from its own start. */
  readonly ttftUs: readonly (number | null)[]
}
