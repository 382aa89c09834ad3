/** How much of the past is kept; null: no bound. */
export interface Retention {
  readonly maxDays: number | null
  /** Of all files of the store together. */
  readonly maxBytes: number | null
}

export const KEEP_ALL: Retention = { maxDays: null, maxBytes: null }
