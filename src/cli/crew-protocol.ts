import type { MessagePort } from 'node:worker_threads'
import type { LiveFrame } from '../api/ui/contract.ts'
import type { LogFilter } from '../domain/log-query.ts'
import type { Arguments, Env } from './arguments.ts'
import type { Bind } from './bind.ts'
import type { ThreadData } from './threads.ts'

/** What a thread of the crew is started with. */
export interface CrewData {
  readonly args: Arguments
  readonly env: Env
  readonly threadData: ThreadData
  readonly bind: Bind
  /** Where the main thread answers what only it knows. */
  readonly main: { readonly host: string; readonly port: number }
}

export type ToCrew =
  /** The store thread can be reached here. */
  | { readonly kind: 'store'; readonly port: MessagePort }
  | { readonly kind: 'store_died'; readonly why: string }
  | { readonly kind: 'reload' }
  /** Listen no more, end what runs, write what waits. */
  | { readonly kind: 'stop' }
  /** End what runs at once. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'live'; readonly session: string; readonly filter: LogFilter }
  | { readonly kind: 'watch'; readonly session: string; readonly ids: readonly string[] }
  | { readonly kind: 'drop'; readonly session: string }
  | { readonly kind: 'cancel'; readonly id: string }

export type FromCrew =
  | { readonly kind: 'listening' }
  | { readonly kind: 'frame'; readonly session: string; readonly frame: LiveFrame }
  | { readonly kind: 'stopped' }
