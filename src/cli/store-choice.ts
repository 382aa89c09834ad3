import type { Config } from '../config/config.ts'
import { readAddress } from '../store/clickhouse/address.ts'
import { nameOf } from '../store/postgres/name.ts'
import { RemoteFault } from '../store/remote/engine.ts'
import type { Env } from './arguments.ts'
import { StartError } from './start-error.ts'

/** Where records are kept; told to every thread. */
export type StoreChoice =
  /** In files of the data directory. */
  | { readonly kind: 'sqlite' }
  | { readonly kind: 'postgres'; readonly url: string }
  | ClickHouseChoice

interface ClickHouseChoice {
  readonly kind: 'clickhouse'
  readonly url: string
  /** Of replicated tables. */
  readonly cluster: string | null
  /** False: a person makes the tables. */
  readonly migrate: boolean
}

type StoreSettings = Pick<Config['gateway'], 'observabilityBackend' | 'clickHouseMigrations'>

/** What the configuration says and the environment gives; SQLite where neither says more. */
export function chooseStore(settings: StoreSettings, env: Env): StoreChoice {
  const clickHouse = clickHouseIn(settings, env)
  const postgres = postgresIn(env)
  switch (settings.observabilityBackend) {
    case 'sqlite':
      return { kind: 'sqlite' }
    case 'postgres':
      return postgres ?? missing('Postgres', 'WEIR_POSTGRES_URL', 'postgres://…:5432/database')
    case 'clickhouse':
      return clickHouse ?? missing('ClickHouse', CLICKHOUSE, 'http://…:8123/database')
    case 'auto':
      return clickHouse ?? postgres ?? { kind: 'sqlite' }
  }
}

const CLICKHOUSE = 'TENSORZERO_CLICKHOUSE_URL'

function missing(what: string, name: string, example: string): never {
  throw new StartError(
    `The configuration keeps records in ${what} (\`gateway.observability.backend\`): set ` +
      `${name}, such as ${example.replace('…', 'user:password@host')}.`,
  )
}

function clickHouseIn({ clickHouseMigrations }: StoreSettings, env: Env): ClickHouseChoice | null {
  const url = env[CLICKHOUSE]
  if (!url) return null
  try {
    readAddress(url)
  } catch (thrown) {
    if (!(thrown instanceof RemoteFault)) throw thrown
    throw new StartError(`${CLICKHOUSE}: ${thrown.message}`, { cause: thrown })
  }
  const cluster = env['TENSORZERO_CLICKHOUSE_CLUSTER_NAME'] || null
  return { kind: 'clickhouse', url, cluster, migrate: clickHouseMigrations }
}

function postgresIn(env: Env): StoreChoice | null {
  const name = env['WEIR_POSTGRES_URL'] ? 'WEIR_POSTGRES_URL' : 'TENSORZERO_POSTGRES_URL'
  const url = env[name]
  if (!url) return null
  const protocol = URL.parse(url)?.protocol
  if (protocol === 'postgres:' || protocol === 'postgresql:') return { kind: 'postgres', url }
  throw new StartError(
    `${name} is no address of a PostgreSQL database: write it like ` +
      'postgres://user:password@host:5432/database, with special characters as %XX.',
  )
}

/** For people: null where records are in the data directory. */
export function serverName(choice: StoreChoice): string | null {
  switch (choice.kind) {
    case 'sqlite':
      return null
    case 'postgres':
      return nameOf(choice.url)
    case 'clickhouse':
      return readAddress(choice.url).name
  }
}
