import type { ErrorCode } from '../domain/errors.ts'
import type { Reads } from './reads.ts'

/** A call of one of the reader's methods. */
export type Call = {
  [Method in keyof Reads]: {
    readonly method: Method
    readonly args: Parameters<Reads[Method]>
  }
}[keyof Reads]

export interface ToReader {
  readonly number: number
  readonly call: Call
}

export type FromReader =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly code: ErrorCode; readonly message: string }

/** What a query may take before it is given up. */
export const DEADLINE_MS = 10_000
