/** A provider's answer that may be given again to the same question. */
export interface CachedAnswer {
  /** When it was given, milliseconds since 1970. */
  readonly at: number
  /** Null: it named none. */
  readonly contentType: string | null
  /** As it came, a byte a character (`latin1`); a stream's events one after the other. */
  readonly body: string
}

/** A larger answer is not kept. */
export const MOST_CACHED_BYTES = 8 * 1024 * 1024
