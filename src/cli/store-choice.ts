import type { Config } from '../config/config.ts'
import type { Env } from './arguments.ts'
import { nameOf } from '../store/postgres/name.ts'
import { StartError } from './start-error.ts'

/** Where records are kept; told to every thread. */
export type StoreChoice =
  /** In files of the data directory. */
  { readonly kind: 'sqlite' } | { readonly kind: 'postgres'; readonly url: string }

/** What the configuration says and the environment gives; SQLite where neither says more. */
export function chooseStore(
  backend: Config['gateway']['observabilityBackend'],
  env: Env,
): StoreChoice {
  const name = env['WEIR_POSTGRES_URL'] ? 'WEIR_POSTGRES_URL' : 'TENSORZERO_POSTGRES_URL'
  const url = env[name]
  switch (backend) {
    case 'sqlite':
      return { kind: 'sqlite' }
    case 'postgres':
      if (url) return postgresAt(url, name)
      throw new StartError(
        'The configuration keeps records in Postgres (`gateway.observability.backend`): set ' +
          'WEIR_POSTGRES_URL, such as postgres://user:password@host:5432/database.',
      )
    case 'clickhouse':
    case 'auto':
      return url ? postgresAt(url, name) : { kind: 'sqlite' }
  }
}

function postgresAt(url: string, name: string): StoreChoice {
  const protocol = URL.parse(url)?.protocol
  if (protocol === 'postgres:' || protocol === 'postgresql:') return { kind: 'postgres', url }
  throw new StartError(
    `${name} is no address of a PostgreSQL database: write it like ` +
      'postgres://user:password@host:5432/database, with special characters as %XX.',
  )
}

/** For people: null where records are in the data directory. */
export function serverName(choice: StoreChoice): string | null {
  return choice.kind === 'sqlite' ? null : nameOf(choice.url)
}
