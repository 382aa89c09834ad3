import type { InferenceRecord } from '../../domain/record.ts'
import type { Change, ChangeOutcome } from '../changes.ts'

/**
 * A database server that keeps the store. Only its writer thread uses it, one call at a time, and
 * whatever it throws is a `RemoteFault`.
 */
export interface RemoteEngine {
  /** For messages: what it is and where, like `PostgreSQL at db.example:5432`. Never a password. */
  readonly name: string
  /**
   * Connects, checks the server's version and brings the schema up to date. Called again whenever
   * the server was away: what was open before is closed first.
   */
  open(signal: AbortSignal): Promise<void>
  /**
   * Writes the records, then the changes in their order: all of it or nothing. What is there
   * already, from an earlier try or another gateway, changes nothing and is no fault.
   */
  write(batch: RemoteBatch, signal: AbortSignal): Promise<ChangeOutcome[]>
  /**
   * Work that can wait, such as deleting what is too old: one short piece. True when there is more.
   * Missing where there is none.
   */
  tidy?(signal: AbortSignal): Promise<boolean>
  /** Ends all connections. Never throws. */
  close(): Promise<void>
}

/** Once `signal` fires, a call ends soon, with an `away`; what it did on the server may stand. */
export interface RemoteBatch {
  /** The same at every try of the same batch, and no other's: for a server that tells doubles by it. */
  readonly token: string
  readonly records: readonly InferenceRecord[]
  readonly changes: readonly Change[]
}

/**
 * What can be wrong with a server, by what to do about it: wait and open it again (`away`: down,
 * slow, full, read-only, too many connections), tell a person (`settings`: a wrong password, name
 * or version; `newer`: another Weir's schema), or blame the data (`data`).
 */
export type RemoteFaultKind = 'away' | 'settings' | 'newer' | 'data'

export class RemoteFault extends Error {
  override readonly name = 'RemoteFault'
  readonly kind: RemoteFaultKind

  /** `message`: a sentence for a person, with what to do where that is known. */
  constructor(kind: RemoteFaultKind, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}
