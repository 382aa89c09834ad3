import { randomUUID } from 'node:crypto'
import { RemoteFault } from '../store/remote/engine.ts'
import { type Env, UsageError } from './arguments.ts'
import { StartError } from './start-error.ts'
import { chooseStore } from './store-choice.ts'

const LONGEST_MS = 24 * 3_600_000

/** Brings the schema of the database up to date, and does nothing else. */
export async function migratePostgres(env: Env, out: (text: string) => void): Promise<void> {
  const choice = chooseStore('auto', env)
  if (choice.kind !== 'postgres') {
    throw new UsageError('--run-postgres-migrations needs WEIR_POSTGRES_URL in the environment.')
  }
  const { PostgresEngine } = await import('../store/postgres/engine.ts')
  const engine = new PostgresEngine({ url: choice.url, writer: randomUUID() })
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
