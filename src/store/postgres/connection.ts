import pg from 'pg'

const CONNECT_MS = 5000

export function connectionOptions(url: string, application: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: application,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: TYPES,
  }
}

/** Rows come as SQLite's do: numbers, texts, JSON as text, times as ms since 1970. */
const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<
  number,
  (text: string) => unknown
>([
  [16, (text) => Number(text === 't')], // boolean
  [20, Number], // bigint
  [1700, Number], // numeric
  [114, (text) => text], // json
  [3802, (text) => text], // jsonb
  [1184, (text) => Date.parse(text)], // timestamptz
])

const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (type, format) => PARSERS.get(type) ?? pg.types.getTypeParser(type, format),
}
