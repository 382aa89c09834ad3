import { type RemoteEngine, RemoteFault } from '../store/remote/engine.ts'
import { type Env, UsageError } from './arguments.ts'
import { remoteEngine } from './remote-engine.ts'
import { StartError } from './start-error.ts'
import { chooseStore } from './store-choice.ts'

const LONGEST_MS = 24 * 3_600_000

/** Brings the schema of the database up to date, and does nothing else. */
export async function migrate(
  kind: 'postgres' | 'clickhouse',
  env: Env,
  out: (text: string) => void,
): Promise<void> {
  const engine = await engineIn(kind, env)
  try {
    await engine.open(AbortSignal.timeout(LONGEST_MS))
  } catch (thrown) {
    if (!(thrown instanceof RemoteFault)) throw thrown
    throw new StartError(thrown.message, { cause: thrown })
  } finally {
    await engine.close()
  }
  out(`${engine.name} is up to date.\n`)
}

async function engineIn(kind: 'postgres' | 'clickhouse', env: Env): Promise<RemoteEngine> {
  const wanted = kind === 'clickhouse' ? env : { ...env, TENSORZERO_CLICKHOUSE_URL: undefined }
  const choice = chooseStore({ observabilityBackend: 'auto', clickHouseMigrations: true }, wanted)
  if (choice.kind === 'clickhouse' || (choice.kind === 'postgres' && kind === 'postgres')) {
    return remoteEngine(choice)
  }
  const name = kind === 'clickhouse' ? 'TENSORZERO_CLICKHOUSE_URL' : 'WEIR_POSTGRES_URL'
  throw new UsageError(`--run-${kind}-migrations needs ${name} in the environment.`)
}
