import type { AttemptRecord, InferenceRecord, Outcome } from '../domain/record.ts'
import type { LogFilter } from '../domain/log-query.ts'

/** A row of the log: an inference without its payload. */
export interface LogRow {
  readonly id: string
  /** Arrival order: the page cursor. */
  readonly seq: number
  readonly episodeId: string
  readonly startedAt: number
  readonly functionName: string
  readonly variantName: string
  readonly requestedModel: string
  readonly model: string | null
  readonly provider: string | null
  readonly stream: boolean
  readonly outcome: Outcome
  readonly status: number
  readonly errorMessage: string | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly costNano: number | null
  readonly latencyUs: number
  readonly ttftUs: number | null
  readonly attempts: number
  readonly tags: Readonly<Record<string, string>>
  readonly inputPreview: string
  readonly outputPreview: string
}

export interface LogPage {
  readonly rows: readonly LogRow[]
  /** Pass as `before` for the next page; null at the end. */
  readonly next: number | null
}

/** Counts over a span of time, in equal buckets. */
export interface Overview {
  readonly bucketMs: number
  readonly buckets: readonly {
    readonly startedAt: number
    readonly requests: number
    readonly errors: number
    readonly costNano: number
    readonly latencyP95Us: number | null
    readonly ttftP95Us: number | null
  }[]
  readonly requests: number
  readonly errors: number
  readonly costNano: number
  readonly latencyP95Us: number | null
  readonly ttftP95Us: number | null
}

/** What a payload holds beside the row. Null when the payload is gone (retention, damage). */
export type StoredInference = LogRow & {
  readonly record: Omit<InferenceRecord, 'attempts'>
  readonly attemptRecords: readonly AttemptRecord[]
  readonly payload: 'present' | 'missing'
}

/** Reads: on another thread and connection than writes, each with a deadline. */
export interface LogReader {
  list(filter: LogFilter, page: { before: number | null; limit: number }): Promise<LogPage>
  get(id: string): Promise<StoredInference | null>
  /** The newest answer that its client knows by this name. */
  byResponse(responseId: string): Promise<StoredInference | null>
  /** The inference that this request to a provider was made for. */
  byAttempt(attemptId: string): Promise<StoredInference | null>
  /** The ids before and after this one under the filter: newer, older. */
  neighbours(id: string, filter: LogFilter): Promise<{ newer: string | null; older: string | null }>
  overview(
    filter: LogFilter,
    span: { from: number; to: number; buckets: number },
  ): Promise<Overview>
  /** How many rows there are, exact up to 10,000. */
  count(filter: LogFilter): Promise<{ count: number; exact: boolean }>
}

/** How the store fares, for `/health`, the UI and the log. */
export interface StoreHealth {
  readonly state: 'ok' | 'degraded' | 'failed' | 'off'
  /** One line, for a person: what is wrong and what to do. */
  readonly message: string | null
  readonly queuedRows: number
  readonly queuedBytes: number
  /** Rows, or payloads, given up because the queue was full. */
  readonly droppedRows: number
  readonly droppedPayloads: number
  /** On disk, but not at the server yet; missing where the store is no server. */
  readonly outboxRows?: number
  readonly outboxBytes?: number
  readonly writtenRows: number
}
