import type { Row } from '../row.ts'

/** What there is to bring over from TensorZero, each before what speaks of it. */
export const SOURCE_KINDS = [
  'config_snapshots',
  'workflow_runs',
  'workflow_episodes',
  'inferences',
  'boolean_feedback',
  'float_feedback',
  'comments',
  'demonstrations',
  'chat_datapoints',
  'json_datapoints',
  'examples',
] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/**
 * TensorZero's database, only ever read, one query at a time. Whatever it throws is a `RemoteFault`.
 *
 * Rows have the columns of TensorZero's tables, with ids as texts: `key` the row's own, `episode`,
 * `target`, `source`; `snapshot` the hash of the configuration as a number's text (`0x…` or
 * decimal); times in ms since 1970 end in `_ms`; JSON is text, or what JSON text would be.
 */
export interface TensorZeroSource {
  /** For messages and to know it again: what it is and where, never with a password. */
  readonly name: string
  open(): Promise<void>
  /** How many rows come after the one with this key; null: all. */
  count(kind: SourceKind, after: string | null): Promise<number>
  /** The rows after that, in the order of their keys; none: that was all. */
  page(
    kind: SourceKind,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly Row[]>
  /** The calls of models for these inferences, in the order of their ids. */
  calls(inferenceIds: readonly string[]): Promise<readonly Row[]>
  close(): Promise<void>
}

export const FIRST_ID = '00000000-0000-0000-0000-000000000000'
