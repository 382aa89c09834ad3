/** How much of the past is kept; null: no bound. */
export interface Retention {
  readonly maxDays: number | null
  /** Of everything that is kept together. */
  readonly maxBytes: number | null
  /** Of prompts and answers, where those go before their rows. */
  readonly maxTextDays?: number | null
}

export const KEEP_ALL: Retention = { maxDays: null, maxBytes: null }
