import { RemoteFault } from '../remote/engine.ts'

/** Where a ClickHouse is, from `http://user:password@host:8123/database`. */
export interface Address {
  readonly origin: string
  readonly username: string
  readonly password: string
  readonly database: string
  /** For messages; no password. */
  readonly name: string
}

/** Throws a fault of kind `settings` that says what is wrong with it. */
export function readAddress(text: string): Address {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new RemoteFault(
      'settings',
      'The URL of ClickHouse must look like http://user:password@host:8123/database (http or https).',
    )
  }
  const path = decodeURIComponent(url.pathname.slice(1))
  if (path.includes('/')) {
    throw new RemoteFault('settings', `The URL of ClickHouse names no database: /${path}.`)
  }
  const database = url.searchParams.get('database') ?? (path || 'default')
  return {
    origin: url.origin,
    username: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password),
    database,
    name: `ClickHouse at ${url.host}/${database}`,
  }
}
