/** How much waits in memory, and how much goes to the store thread at once. */
export interface RecorderLimits {
  readonly maxQueueBytes: number
  readonly maxQueueRows: number
  readonly batchRows: number
  readonly batchBytes: number
  /** The least time between two batches for which nobody waits. */
  readonly batchMs: number
}

export const DEFAULT_LIMITS: RecorderLimits = {
  maxQueueBytes: 64 * 1024 * 1024,
  maxQueueRows: 100_000,
  batchRows: 128,
  batchBytes: 2 * 1024 * 1024,
  batchMs: 50,
}

/** ClickHouse likes few large inserts. */
export const CLICKHOUSE_LIMITS: RecorderLimits = {
  ...DEFAULT_LIMITS,
  batchRows: 1000,
  batchBytes: 16 * 1024 * 1024,
  batchMs: 1000,
}
