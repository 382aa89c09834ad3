import type { Json } from '../../domain/chat.ts'
import type { Feedback } from '../../domain/feedback.ts'
import type { InferenceRecord } from '../../domain/record.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Change, ChangeOutcome } from '../changes.ts'
import type { Retention } from '../retention.ts'
import type { RemoteBatch, RemoteEngine } from '../remote/engine.ts'
import { readAddress } from './address.ts'
import { Connection, type Limits } from './connection.ts'
import { CACHE_TABLE, encodeCached } from './cached-answers.ts'
import { noteBatches } from './contract-batches.ts'
import { contractRows } from './contract-rows.ts'
import { quoteName } from './ddl.ts'
import { applyDatapoints, isDatapointChange } from './datapoint-writer.ts'
import { applyDocuments, type DocumentChange, isDocumentChange } from './documents.ts'
import { putExamples } from './examples.ts'
import { isUnknownDatabase } from './fault.ts'
import { contractFeedback, encodeFeedback } from './feedback.ts'
import type { Means } from './means.ts'
import { checkServer, migrate } from './migrate.ts'
import { applyRetention } from './retention.ts'
import { encodeRecord } from './record-rows.ts'
import { usageRows } from './usage.ts'
import { readNumber, readText, type Row } from '../row.ts'

export interface ClickHouseOptions {
  readonly url: string
  /** Of replicated tables; null: none. */
  readonly cluster: string | null
  /** False: a person makes the tables. */
  readonly migrate: boolean
  readonly clock: Clock
  /** All is kept, or as before, when missing. */
  readonly retention?: Retention
}

/** Of a server that allows eight at once, a gateway takes four: this one, and those of the reader. */
const MOST_QUERIES = 1
/** The server gives up before the writer does. */
const WRITE_SECONDS = 25
const OPEN_SECONDS = 590

/** ClickHouse as the store's writer uses it. */
export class ClickHouseEngine implements RemoteEngine {
  readonly #options: ClickHouseOptions
  #connection: Connection | undefined
  #name = 'ClickHouse'
  #lastSeq = 0
  /**
   * What a failed write holds may be there in part, and so may be what an earlier process wrote
   * last: then each table is asked what it has, not only the last one.
   */
  readonly #doubtful = new Set<string>()
  #fresh = true

  constructor(options: ClickHouseOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#name
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.close()
    const address = readAddress(this.#options.url)
    this.#name = address.name
    const connection = new Connection(address, MOST_QUERIES)
    this.#connection = connection
    const limits = { signal, seconds: OPEN_SECONDS }
    const place = { database: address.database, cluster: this.#options.cluster }
    try {
      await checkServer(connection, limits)
    } catch (thrown) {
      if (!isUnknownDatabase(thrown) || !this.#options.migrate) throw thrown
      await createDatabase({ ...address, database: 'default' }, place, limits)
    }
    const { migrate: automatic, retention } = this.#options
    await migrate(connection, { place, automatic }, limits)
    if (automatic && retention !== undefined) {
      await applyRetention(connection, { place, maxDays: retention.maxDays }, limits)
    }
    const [row = {}] = await connection.select(
      'SELECT max(seq) AS last FROM WeirInference',
      {},
      limits,
    )
    this.#lastSeq = readNumber(row, 'last')
  }

  async write(batch: RemoteBatch, signal: AbortSignal): Promise<ChangeOutcome[]> {
    const writing = this.#writing(batch.token, signal)
    const feedback = batch.changes.flatMap((change) =>
      change.kind === 'feedback' ? [change.feedback] : [],
    )
    const ids = [...batch.records, ...feedback].map(({ id }) => id.toWellFormed())
    try {
      await this.#writeRecords(writing, batch.records)
      await this.#writeFeedback(writing, feedback)
      const outcomes = await this.#applyChanges(writing, batch.changes)
      for (const id of ids) this.#doubtful.delete(id)
      this.#fresh = false
      return outcomes
    } catch (thrown) {
      for (const id of ids) this.#doubtful.add(id)
      throw thrown
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    await connection?.close().catch(() => {})
  }

  /** Our own table last: an id that it has is written everywhere. */
  async #writeRecords(writing: Writing, records: readonly InferenceRecord[]): Promise<void> {
    const fresh = await this.#missing(writing, 'WeirInference', records)
    if (fresh.length === 0) return
    for (const [table, rows] of Object.entries(contractRows(fresh))) {
      await this.#insertMissing(writing, table, rows)
    }
    await this.#insertMissing(writing, 'WeirUsage', fresh.flatMap(usageRows))
    const rows = fresh.map((record) => encodeRecord(record, this.#nextSeq()))
    await writing.insert('WeirInference', rows)
  }

  async #writeFeedback(writing: Writing, feedback: readonly Feedback[]): Promise<void> {
    const fresh = await this.#missing(writing, 'WeirFeedback', feedback)
    for (const [table, rows] of contractFeedback(fresh)) {
      await this.#insertMissing(writing, table, rows)
    }
    await writing.insert('WeirFeedback', fresh.map(encodeFeedback))
  }

  async #applyChanges(writing: Writing, changes: readonly Change[]): Promise<ChangeOutcome[]> {
    const documents = await this.#applyDocuments(writing, changes.filter(isDocumentChange))
    const answers = changes.flatMap((change) =>
      change.kind === 'cache' ? [encodeCached(change)] : [],
    )
    await writing.insert(CACHE_TABLE, answers)
    const outcomes: ChangeOutcome[] = []
    for (const [index, change] of changes.entries()) {
      const step = `change ${index}`
      if (isDocumentChange(change)) outcomes.push({ result: documents.shift() ?? null })
      else if (isDatapointChange(change)) {
        outcomes.push(await applyDatapoints(writing, change, step))
      } else if (change.kind === 'put_examples') {
        outcomes.push(await putExamples(writing, change.examples, step))
      } else outcomes.push({ result: doneBefore(change) })
    }
    return outcomes
  }

  async #applyDocuments(writing: Writing, changes: readonly DocumentChange[]): Promise<Json[]> {
    if (changes.length === 0) return []
    const { answers, rows } = await applyDocuments(writing.ask, changes, () => this.#nextSeq())
    await writing.insert('WeirDocument', rows)
    await noteBatches(writing, changes, 'batches')
    return [...answers]
  }

  /** Those that the table does not have, each once. */
  async #missing<T extends { readonly id: string }>(
    { ask }: Writing,
    table: string,
    things: readonly T[],
  ): Promise<T[]> {
    const byId = new Map(things.toReversed().map((thing) => [thing.id.toWellFormed(), thing]))
    if (byId.size === 0) return []
    const found = await ask(
      `SELECT toString(id) AS id FROM ${table} WHERE id IN {ids: Array(String)}`,
      { ids: [...byId.keys()] },
    )
    for (const row of found) byId.delete(readText(row, 'id'))
    return things.filter((thing) => byId.get(thing.id.toWellFormed()) === thing)
  }

  async #insertMissing(writing: Writing, table: string, rows: readonly Row[]): Promise<void> {
    const isDoubtful = (row: Row) =>
      this.#fresh ||
      this.#doubtful.has(readText(row, 'inference_id' in row ? 'inference_id' : 'id'))
    const unsure = rows.filter(isDoubtful).map((row) => ({ id: readText(row, 'id') }))
    const missing = new Set((await this.#missing(writing, table, unsure)).map(({ id }) => id))
    const fresh = rows.filter((row) => !isDoubtful(row) || missing.has(readText(row, 'id')))
    await writing.insert(table, fresh)
  }

  /** The time, made unique: several gateways, each by its clock, come close to one order. */
  #nextSeq(): number {
    this.#lastSeq = Math.max(this.#lastSeq + 1, this.#options.clock.now() * 1000)
    return this.#lastSeq
  }

  #writing(token: string, signal: AbortSignal): Writing {
    const connection = this.#connection
    if (connection === undefined) throw new Error('It is not open.')
    const limits = { signal, seconds: WRITE_SECONDS }
    return {
      ask: (query, params) => connection.select(query, params, limits),
      insert: (table, rows, step = '') =>
        connection.insert({ table, rows, token: token + step }, limits),
      command: (query, params, step) =>
        connection.command(query, limits, { params, token: token + step }),
    }
  }
}

/** What is written together, before the changes that are done one by one. A new kind must say. */
function doneBefore(_change: Extract<Change, { readonly kind: 'feedback' | 'cache' }>): null {
  return null
}

/** The means of one call. */
interface Writing extends Means {
  /** Without a step: once for each table. */
  insert(table: string, rows: readonly Row[], step?: string): Promise<void>
}

async function createDatabase(
  address: ReturnType<typeof readAddress>,
  place: { readonly database: string; readonly cluster: string | null },
  limits: Limits,
): Promise<void> {
  const outside = new Connection(address, 1)
  try {
    const cluster = place.cluster === null ? '' : ` ON CLUSTER ${quoteName(place.cluster)}`
    const name = quoteName(place.database)
    await outside.command(`CREATE DATABASE IF NOT EXISTS ${name}${cluster}`, limits)
  } finally {
    await outside.close()
  }
}
