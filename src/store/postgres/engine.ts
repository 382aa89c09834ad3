import pg from 'pg'
import type { Clock } from '../../lib/clock.ts'
import type { ChangeOutcome } from '../changes.ts'
import { type RemoteBatch, type RemoteEngine, RemoteFault } from '../remote/engine.ts'
import type { Retention } from '../retention.ts'
import { Caretaker } from './caretaker.ts'
import { applyChanges } from './change-writer.ts'
import { connectionOptions } from './connection.ts'
import { asRemoteFault, codeOf } from './fault.ts'
import { migrate, requireServer } from './migrate.ts'
import { nameOf } from './name.ts'
import { Partitions } from './partitions.ts'
import { insertRecords, timeOf } from './records.ts'
import { transact } from './transact.ts'

const MOST_TRIES = 3
/** Two gateways were in each other's way: serialization failure, deadlock, a unique key at once. */
const TRY_AGAIN = new Set(['40001', '40P01'])
/** No partition for a row: another gateway has just dropped it. */
const NO_PARTITION = '23514'

interface Open {
  readonly client: pg.Client
  readonly partitions: Partitions
}

export interface PostgresOptions {
  readonly url: string
  /** This writer's own name, so that what is left of an earlier connection can be ended. */
  readonly writer: string
  /** What is deleted between batches; missing: nothing is. */
  readonly care?: { readonly clock: Clock; readonly retention: Retention }
}

/** Keeps records in the schema `weir` of a PostgreSQL database, over one connection. */
export class PostgresEngine implements RemoteEngine {
  readonly name: string
  readonly #options: PostgresOptions
  readonly #caretaker: Caretaker | null
  #open: Open | null = null

  constructor(options: PostgresOptions) {
    this.name = nameOf(options.url)
    this.#options = options
    this.#caretaker = options.care ? new Caretaker(options.care) : null
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.close()
    const { url, writer } = this.#options
    const client = new pg.Client(connectionOptions(url, `weir ${writer}`))
    // A connection that breaks while nothing is asked says so here, or the process would end.
    client.on('error', () => {})
    try {
      await this.#within(signal, client, async () => {
        await client.connect()
        await endFormer(client)
        await requireServer(client, this.name)
        await migrate(client, this.name)
      })
    } catch (thrown) {
      end(client)
      throw thrown
    }
    this.#open = { client, partitions: new Partitions(client) }
  }

  async write(batch: RemoteBatch, signal: AbortSignal): Promise<ChangeOutcome[]> {
    const open = this.#open
    if (open === null) throw new RemoteFault('away', `${this.name} is not open.`)
    return this.#within(signal, open.client, async () => {
      for (let tries = 1; ; tries++) {
        try {
          return await writeOnce(open, batch)
        } catch (thrown) {
          const code = codeOf(thrown)
          if (code === NO_PARTITION) open.partitions.forget()
          else if (!TRY_AGAIN.has(code)) throw thrown
          if (tries >= MOST_TRIES) throw thrown
        }
      }
    })
  }

  async tidy(signal: AbortSignal): Promise<boolean> {
    const open = this.#open
    const caretaker = this.#caretaker
    if (open === null || caretaker === null) return false
    return this.#within(signal, open.client, () => caretaker.step(open.client))
  }

  close(): Promise<void> {
    const { client } = this.#open ?? {}
    this.#open = null
    if (client) end(client)
    return Promise.resolve()
  }

  /** When the time is over, the connection is cut: then nothing waits for an answer any more. */
  async #within<T>(signal: AbortSignal, client: pg.Client, work: () => Promise<T>): Promise<T> {
    const cut = () => end(client)
    signal.addEventListener('abort', cut, { once: true })
    try {
      return await work()
    } catch (thrown) {
      throw asRemoteFault(thrown, this.name)
    } finally {
      signal.removeEventListener('abort', cut)
    }
  }
}

async function writeOnce({ client, partitions }: Open, batch: RemoteBatch) {
  await partitions.ensure(batch.records.map(timeOf))
  return transact(client, async () => {
    await insertRecords(client, batch.records)
    return applyChanges(client, batch.changes)
  })
}

/**
 * What an earlier connection of this writer began and the network cut off could still be committed
 * after what comes next: it is ended first.
 */
async function endFormer(client: pg.Client): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = current_setting('application_name') AND usename = current_user
       AND pid <> pg_backend_pid()`,
  )
}

/** Ends politely where nothing is under way, else cuts the connection. */
function end(client: pg.Client): void {
  client.end().catch(() => {})
}
