import type { App } from '../app.ts'
import type { Setup } from './contract.ts'

/** What the welcome page and the foot of every page show. */
export async function setup({ logs, about, engine }: App): Promise<Setup> {
  const config = about.config()
  // One that runs, or has just ended, may not be in the store yet.
  const seen = engine.inFlight.total > 0 || (await logs.count({ terms: [] })).count > 0
  return {
    version: about.version,
    seen_first_request: seen,
    addresses: [...about.addresses()],
    data_dir: about.dataDir,
    config_files: [...config.files],
    providers: [...about.providers()],
  }
}
