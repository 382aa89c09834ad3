/** A comparison of one column of the log. */
export interface LogTerm {
  readonly field: LogField
  /** For tags: the tag's key. */
  readonly key?: string
  readonly op: '=' | '>' | '>=' | '<' | '<='
  /** Text for names and outcomes; milliseconds, US dollars or tokens for numbers. */
  readonly value: string | number
  readonly negated: boolean
}

export const LOG_FIELDS = [
  'status',
  'outcome',
  'model',
  'provider',
  'function',
  'variant',
  'episode',
  'id',
  'stream',
  'latency',
  'ttft',
  'cost',
  'tokens',
  'tag',
  'text',
] as const
export type LogField = (typeof LOG_FIELDS)[number]

/** All terms must hold. Times are milliseconds since 1970. */
export interface LogFilter {
  readonly terms: readonly LogTerm[]
  readonly from?: number
  readonly to?: number
}
