import type { Config } from '../config/config.ts'
import type { Tables } from '../config/load-tables.ts'
import { Lru } from '../lib/lru.ts'
import type { StoreClient } from '../store/client.ts'
import { readSnapshot, snapshotNotFound } from './config-snapshots.ts'

/** So many are kept ready: whoever asks by an old configuration asks again soon. */
const MOST_READY = 8

/** Configurations that were in use before, or never, ready to be answered by. */
export class SnapshotConfigs {
  readonly #load: (tables: Tables) => Promise<Config>
  /** By hash. */
  readonly #ready = new Lru<string, Config>(MOST_READY)

  /** `load` throws `GatewayError` (400) with everything that is wrong. */
  constructor(load: (tables: Tables) => Promise<Config>) {
    this.#load = load
  }

  /** Throws `GatewayError` (400) with everything that is wrong in a configuration. */
  async check(tables: Tables): Promise<void> {
    await this.#load(tables)
  }

  /** Throws `GatewayError`: 404 where nothing has this hash. */
  async find(stored: StoreClient, hash: string): Promise<Config> {
    const config = this.#ready.get(hash) ?? (await this.#build(stored, hash))
    this.#ready.set(hash, config)
    return config
  }

  async #build(stored: StoreClient, hash: string): Promise<Config> {
    const snapshot = await readSnapshot(stored, hash)
    if (snapshot) return Object.freeze({ ...(await this.#load(snapshot)), hash })
    throw snapshotNotFound(hash)
  }
}
