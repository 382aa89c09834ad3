import type { JsonObject } from '../lib/json.ts'

/** Small things kept by kind and name: stored responses, cached answers, sticky variants, batches. */
export interface Shelf {
  /** What was put last, also when it is not on disk yet; null when there is none or it is too old. */
  get(kind: ShelfKind, key: string): Promise<ShelfItem | null>
  /** Resolves true when it is on disk, false when it cannot be; need not be awaited. */
  put(kind: ShelfKind, key: string, item: NewShelfItem): Promise<boolean>
  /** Keeps what is there already. Resolves with what counts from now on. */
  putFirst(kind: ShelfKind, key: string, item: NewShelfItem): Promise<ShelfItem>
  /** Resolves true when there was one. */
  remove(kind: ShelfKind, key: string): Promise<boolean>
  /** In the order of keys, those that begin with `prefix`, after `after`. */
  list(
    kind: ShelfKind,
    page: { readonly prefix: string; readonly after: string | null; readonly limit: number },
  ): Promise<readonly (ShelfItem & { readonly key: string })[]>
}

export type ShelfKind =
  | 'response'
  | 'cache'
  | 'sticky'
  | 'batch'
  | 'example'
  | 'snapshot'
  | 'episode'

export interface NewShelfItem {
  /** UTF-8 text or any bytes. */
  readonly value: Buffer
  /** Milliseconds since 1970; null: for good. */
  readonly expiresAt: number | null
}

export interface ShelfItem extends NewShelfItem {
  readonly createdAt: number
}

/** What somebody thought of an inference or an episode. */
export interface FeedbackRecord {
  /** UUIDv7: its time is the time it was given. */
  readonly id: string
  readonly type: 'boolean' | 'float' | 'comment' | 'demonstration'
  /** Of the metric; `comment` and `demonstration` name themselves. */
  readonly metric: string
  readonly level: 'inference' | 'episode'
  /** Of the inference or the episode. */
  readonly targetId: string
  /** A boolean, a number, a comment's text, or a demonstration as JSON text. */
  readonly value: boolean | number | string
  readonly tags: Readonly<Record<string, string>>
  readonly configHash: string
}

/** The feedback of one variant for one metric: the newest of each target counts. */
export interface VariantStatistics {
  readonly variant: string
  /** Targets with feedback. */
  readonly count: number
  readonly mean: number
  /** Sample variance; null below two. */
  readonly variance: number | null
}

export interface FeedbackStore {
  /** Resolves true when it is on disk. */
  add(record: FeedbackRecord): Promise<boolean>
  /** Of a target, newest first. */
  of(
    targetId: string,
    page: { readonly before: string | null; readonly after: string | null; readonly limit: number },
  ): Promise<readonly FeedbackRecord[]>
  /** Episode metrics count an episode once for each variant it used. */
  statistics(of: {
    readonly functionName: string
    readonly metric: string
    readonly level: 'inference' | 'episode'
    readonly type: 'boolean' | 'float'
    /** Null: requests of every namespace. */
    readonly namespace: string | null
  }): Promise<readonly VariantStatistics[]>
}

/** What feedback is given on. */
export interface FeedbackTarget {
  readonly kind: 'inference' | 'episode'
  readonly functionName: string
  readonly variantName: string
  readonly episodeId: string
  /** As TensorZero stores inferences: for checking demonstrations. */
  readonly native: JsonObject | null
}
