import type { Engine } from '../engine/engine.ts'
import type { Assets } from '../http/static.ts'
import type { SnapshotConfigs } from '../ops/snapshot-configs.ts'
import type { KeptResponses } from '../store/kept-responses.ts'
import type { LogReader, StoreHealth } from '../store/store.ts'
import type { LiveHub } from './ui/live.ts'

/** What the routes are given. */
export interface App {
  readonly engine: Engine
  readonly logs: LogReader
  /** Answers that can be asked for again; null where nothing is recorded. */
  readonly responses: KeptResponses | null
  readonly live: LiveHub
  readonly snapshots: SnapshotConfigs
  readonly about: About
  /** The built pages; null where they were not built. */
  readonly assets: Assets | null
}

/** What this process is and how it fares. */
export interface About {
  readonly version: string
  readonly dataDir: string
  readonly storeKind: 'sqlite' | 'postgres' | 'clickhouse'
  /** Where records are kept, when not in the data directory. */
  readonly storeServer: string | null
  /** Addresses a client can use, such as `http://localhost:3000`. */
  addresses(): readonly string[]
  config(): ReturnType<Engine['config']>
  /** Models that need no configuration and no key. */
  builtInModels(): readonly string[]
  /** The providers that work by short name, and what they lack. */
  providers(): readonly {
    readonly name: string
    readonly ready: boolean
    readonly detail: string
  }[]
  /** Why the newest configuration was refused; null when it is in use. */
  configError(): string | null
  store(): StoreHealth
  rssMb(): number
}
