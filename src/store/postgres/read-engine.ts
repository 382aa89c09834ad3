import pg from 'pg'
import { GatewayError } from '../../domain/errors.ts'
import { tooSlow } from '../budget.ts'
import { DEADLINE_MS } from '../reader-protocol.ts'
import type { ReadEngine } from '../reader.ts'
import type { OutboxReader } from '../remote/outbox-reader.ts'
import { connectionOptions } from './connection.ts'
import type { Asks } from './documents.ts'
import { PostgresExamples } from './examples.ts'
import { asRemoteFault, codeOf } from './fault.ts'
import { nameOf } from './name.ts'
import { PostgresQueries } from './queries.ts'

const MOST_CONNECTIONS = 4
const IDLE_MS = 30_000
/** Before the main thread gives up on the reader thread. */
const QUERY_MS = DEADLINE_MS - 1000
const CONNECT_MS = 3000

/** Reads a PostgreSQL database over a few connections, each query with a time limit. */
export function postgresReads(url: string, outbox: OutboxReader): ReadEngine {
  const name = nameOf(url)
  const pool = new pg.Pool({
    ...connectionOptions(url, 'weir reader'),
    max: MOST_CONNECTIONS,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    // Should the server itself be stuck.
    query_timeout: QUERY_MS + 500,
    onConnect: async (client) => {
      await client.query(
        `SET statement_timeout = ${QUERY_MS}; SET default_transaction_read_only = on`,
      )
    },
  })
  // A connection that breaks while idle is replaced by itself.
  pool.on('error', () => {})
  const means = { db: asking(pool, name), examples: new PostgresExamples(), outbox }
  return { answers: (budget) => new PostgresQueries(budget, means) }
}

const QUERY_CANCELED = '57014'
/** The schema is not there yet: before the writer has opened it for the first time. */
const UNDEFINED_TABLE = '42P01'

/** The pool's queries, with failures as our own. */
function asking(pool: pg.Pool, name: string): Asks {
  const query = async (text: string, values: unknown[]) => {
    try {
      return await pool.query(text, values)
    } catch (thrown) {
      throw asGatewayError(thrown, name)
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same call, with fewer overloads
  return { query } as Asks
}

function asGatewayError(thrown: unknown, name: string): GatewayError {
  const code = codeOf(thrown)
  if (code === QUERY_CANCELED) return tooSlow()
  if (code === UNDEFINED_TABLE) {
    return new GatewayError('overloaded', `${name} is not set up yet. Try again in a moment.`)
  }
  const fault = asRemoteFault(thrown, name)
  const kind = fault.kind === 'away' ? 'overloaded' : 'internal'
  return new GatewayError(kind, fault.message, { cause: thrown })
}
