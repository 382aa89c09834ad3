import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client'
import type { Address } from './address.ts'
import { faultOf } from './fault.ts'
import { OwnTurns, type Turns } from './turns.ts'
import type { Row } from '../row.ts'

/** Values of a query's `{name: Type}`. */
export type Params = Readonly<Record<string, unknown>>

export interface Limits {
  readonly signal: AbortSignal
  /** The server gives up after this by itself: before we do, so that nothing runs on unseen. */
  readonly seconds: number
}

export interface Insert {
  readonly table: string
  readonly rows: readonly Row[]
  /** A second insert with the same token changes nothing. */
  readonly token: string
}

const SETTINGS: ClickHouseSettings = {
  // Errors come with a status, before any row.
  wait_end_of_query: 1,
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
  // A question that nobody waits for is not worked on.
  cancel_http_readonly_queries_on_client_close: 1,
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  max_partitions_per_insert_block: '0',
}

const IDLE_SOCKET_MS = 2500

/**
 * ClickHouse over HTTP, never with more than `mostQueries` queries at once. Whatever it throws is a
 * `RemoteFault`.
 */
export class Connection {
  readonly name: string
  readonly database: string
  readonly #client: ClickHouseClient
  readonly #turns: Turns

  constructor(address: Address, mostQueries: number, turns: Turns = new OwnTurns(mostQueries)) {
    this.name = address.name
    this.database = address.database
    this.#turns = turns
    this.#client = createClient({
      url: address.origin,
      username: address.username,
      password: address.password,
      database: address.database,
      application: 'weir',
      max_open_connections: mostQueries,
      // Every call has a signal of its own.
      request_timeout: 3_600_000,
      keep_alive: { enabled: true, idle_socket_ttl: IDLE_SOCKET_MS },
      compression: { request: true, response: true },
      use_multipart_params_auto: true,
      log: { level: ClickHouseLogLevel.OFF },
    })
  }

  select(query: string, params: Params, limits: Limits): Promise<Row[]> {
    return this.#run(limits, async (settings) => {
      const result = await this.#client.query({
        query,
        query_params: params,
        format: 'JSONEachRow',
        clickhouse_settings: settings,
        abort_signal: limits.signal,
      })
      return result.json<Row>()
    })
  }

  insert({ table, rows, token }: Insert, limits: Limits): Promise<void> {
    const columns = Object.keys(rows[0] ?? {})
    const [first, ...others] = columns
    if (first === undefined) return Promise.resolve()
    return this.#run(limits, async (settings) => {
      await this.#client.insert({
        table,
        columns: [first, ...others],
        values: rows,
        format: 'JSONEachRow',
        clickhouse_settings: { ...settings, insert_deduplication_token: token },
        abort_signal: limits.signal,
      })
    })
  }

  /** A command that inserts may have a token as inserts do. */
  command(
    query: string,
    limits: Limits,
    { params = {}, token }: { readonly params?: Params; readonly token?: string } = {},
  ): Promise<void> {
    return this.#run(limits, async (settings) => {
      await this.#client.command({
        query,
        query_params: params,
        clickhouse_settings: {
          ...settings,
          ...(token !== undefined && { insert_deduplication_token: token }),
        },
        abort_signal: limits.signal,
      })
    })
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  async #run<T>(
    { signal, seconds }: Limits,
    work: (settings: ClickHouseSettings) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#turns.take(() => {
        signal.throwIfAborted()
        return work({ ...SETTINGS, max_execution_time: seconds })
      })
    } catch (thrown) {
      throw faultOf(thrown, this.name)
    }
  }
}
