import type { Change, ChangeOutcome } from './changes.ts'

/**
 * What the main thread and the writer thread say to each other. Each batch is one message of plain
 * objects: structured clone is cheaper than any encoding of our own.
 */
export type ToWriter<Draft> =
  /** The first message. `first` is false when the thread was started again within one process. */
  | { readonly kind: 'open'; readonly first: boolean }
  | {
      readonly kind: 'batch'
      readonly number: number
      readonly drafts: readonly Draft[]
      /** Requests that have begun and are not done. */
      readonly begun: readonly Draft[]
      readonly changes: readonly Change[]
    }
  | { readonly kind: 'close' }

export type FromWriter =
  | { readonly kind: 'opened'; readonly opening: Opening }
  | {
      /** The batch is on disk, all but the drafts whose ids are `lost`. */
      readonly kind: 'acked'
      readonly number: number
      readonly lost: readonly string[]
      /** Of the changes, in their order. */
      readonly outcomes: readonly ChangeOutcome[]
      /** How many records are there without their texts, as the disk is nearly full. */
      readonly textless?: number
    }
  | { readonly kind: 'health'; readonly health: WriterHealth }
  | {
      /** What waits in the outbox for a server, on disk; records whose texts had no room there. */
      readonly kind: 'waiting'
      readonly rows: number
      readonly bytes: number
      readonly droppedPayloads: number
    }
  | { readonly kind: 'closed' }

/**
 * How opening went. `in_use`, `newer` and `settings` are for a person to solve before the gateway
 * starts; with `sick` files it serves, and its health says what is wrong.
 */
export type Opening =
  | { readonly state: 'open' }
  | {
      readonly state: 'refused'
      readonly reason: 'in_use' | 'newer' | 'settings' | 'sick'
      readonly message: string
    }

export interface WriterHealth {
  readonly state: 'ok' | 'degraded' | 'failed'
  readonly message: string | null
  /** Nothing can be written at the moment: nobody should wait for a commit. */
  readonly stuck: boolean
}
