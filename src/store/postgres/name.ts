/** Where a database is, for messages: never with a password. */
export function nameOf(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = hostname || (searchParams.get('host') ?? 'localhost')
  return `PostgreSQL at ${host}:${port || '5432'}${pathname}`
}
