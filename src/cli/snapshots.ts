import { ConfigError } from '../config/problems.ts'
import { GatewayError } from '../domain/errors.ts'
import { loadTables } from '../config/load-tables.ts'
import { SnapshotConfigs } from '../ops/snapshot-configs.ts'
import { providers } from '../providers/index.ts'
import type { Env } from './arguments.ts'
import type { Config } from '../config/config.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { keepInUse } from '../ops/config-snapshots.ts'
import type { StoreClient } from '../store/client.ts'
import type { ConfigHolder } from './config-holder.ts'

const AGAIN_MS = 5000

/** Each configuration is kept as it was when it came into use: rows name it by its hash. */
export function keepSnapshots(holder: ConfigHolder, client: StoreClient | null, log: Log): void {
  if (!client) return
  const keep = (config: Config) => {
    keepInUse(client, config, systemClock.now()).catch((thrown: unknown) => {
      log.warn('the configuration could not be written to the store yet', {
        cause: String(thrown),
      })
      setTimeout(() => {
        if (holder.config === config) keep(config)
      }, AGAIN_MS).unref()
    })
  }
  keep(holder.config)
  holder.onChange = keep
}

/** Configurations by their snapshots, with the keys of this machine. */
export function snapshotConfigs(env: Env): SnapshotConfigs {
  return new SnapshotConfigs(async (tables) => {
    try {
      return await loadTables(tables, { env, providers })
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause
      const wrong = cause.problems.filter(({ severity }) => severity === 'error')
      const message = wrong.map((problem) => problem.message).join('; ')
      throw new GatewayError('invalid_request', `Invalid configuration: ${message}`, { cause })
    }
  })
}
