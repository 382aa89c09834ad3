import type { ErrorCode } from '../domain/errors.ts'
import type { LogReader } from './store.ts'

/** A call of one of the reader's methods. */
export type Call = {
  [Method in keyof LogReader]: {
    readonly method: Method
    readonly args: Parameters<LogReader[Method]>
  }
}[keyof LogReader]

export interface ToReader {
  readonly number: number
  readonly call: Call
}

export type FromReader =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly code: ErrorCode; readonly message: string }

/** What a query may take before it is given up. */
export const DEADLINE_MS = 10_000
