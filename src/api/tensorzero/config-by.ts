import { snapshotNotFound } from '../../ops/config-snapshots.ts'
import type { App } from '../app.ts'

/** The configuration in use or an older one, by its hash. Throws `GatewayError` (404). */
export async function configBy({ engine, snapshots }: App, hash: string) {
  const live = engine.config()
  if (hash === live.hash) return live
  if (engine.stored) return snapshots.find(engine.stored, hash)
  throw snapshotNotFound(hash)
}
