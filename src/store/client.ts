import type { Json } from '../domain/chat.ts'
import type { Change } from './changes.ts'
import type { Reads } from './reads.ts'

/** What the rooms upstairs know of the store, beside the records that the engine adds. */
export interface StoreClient {
  readonly reads: Reads
  /** Resolves with the change's answer when it is on disk; throws when nothing can be written. */
  change(change: Change): Promise<Json>
  /** When every record added until now can be read, or is given up. */
  flush(): Promise<void>
}
