import type pg from 'pg'
import type { Clock } from '../../lib/clock.ts'
import type { Retention } from '../retention.ts'
import { readNumber, type Row } from '../row.ts'
import { codeOf } from './fault.ts'
import { partitionsIn, type StoredPartition } from './partitions.ts'
import { isoTime } from './records.ts'
import { transact } from './transact.ts'

const DAY_MS = 86_400_000
/** Any number, the same in every Weir: one gateway tidies up at a time. */
const RETENTION_LOCK = 7_234_931_806
/** Some milliseconds of deleting. */
const ROWS_AT_ONCE = 200
/** Writers wait behind us for no longer: a partition that is in use is dropped another time. */
const LOCK_MS = 100
const STEP_MS = 2000
const CACHE_DAYS = 30
const CACHE_BYTES = 1024 ** 3

/** Somebody uses the table; a deadlock; it took too long: later. */
const ANOTHER_TIME = new Set(['55P03', '40P01', '57014'])

/** Deletes what is too old or too much, texts first, in short pieces between batches. */
export class Caretaker {
  readonly #retention: Retention
  readonly #clock: Clock

  constructor(of: { readonly retention: Retention; readonly clock: Clock }) {
    this.#retention = of.retention
    this.#clock = of.clock
  }

  /** One piece. False when there is nothing to do for now. */
  async step(client: pg.ClientBase): Promise<boolean> {
    try {
      return await transact(client, async () => {
        await client.query(
          `SET LOCAL lock_timeout = ${LOCK_MS}; SET LOCAL statement_timeout = ${STEP_MS}`,
        )
        const { rows } = await client.query<Row>('SELECT pg_try_advisory_xact_lock($1) AS ours', [
          RETENTION_LOCK,
        ])
        return rows[0]?.['ours'] === 1 && (await this.#tidy(client))
      })
    } catch (thrown) {
      if (ANOTHER_TIME.has(codeOf(thrown))) return false
      throw thrown
    }
  }

  async #tidy(client: pg.ClientBase): Promise<boolean> {
    const { maxDays, maxTextDays = maxDays, maxBytes } = this.#retention
    if (await forgetAnswers(client, this.#before(CACHE_DAYS))) return true
    if (maxTextDays !== null && (await forgetTexts(client, this.#before(maxTextDays)))) return true
    if (maxDays !== null && (await forgetRows(client, this.#before(maxDays)))) return true
    return maxBytes !== null && (await forgetMuch(client, maxBytes))
  }

  #before(days: number): number {
    return this.#clock.now() - days * DAY_MS
  }
}

/** A whole week where it is over, which costs nothing; else some rows. */
async function forgetTexts(client: pg.ClientBase, before: number): Promise<boolean> {
  const { payload } = await partitionsIn(client)
  const [oldest] = payload
  if (oldest !== undefined && oldest.endsAt <= before) return drop(client, [oldest])
  return deletes(client, DELETE_TEXTS, [isoTime(before)])
}

const DELETE_TEXTS = `
  DELETE FROM weir.payload WHERE (inference_id, started_at) IN (
    SELECT inference_id, started_at FROM weir.payload WHERE started_at < $1
    ORDER BY started_at LIMIT ${ROWS_AT_ONCE})`

/** What was said goes when it is as old as what it was said of. */
async function forgetRows(client: pg.ClientBase, before: number): Promise<boolean> {
  const { attempt, inference } = await partitionsIn(client)
  const old = [...attempt, ...inference].filter(({ endsAt }) => endsAt <= before)
  const [oldest] = old.toSorted((one, other) => one.endsAt - other.endsAt)
  if (oldest !== undefined) return drop(client, [oldest])
  const at = [isoTime(before)]
  return (await deletes(client, DELETE_ROWS, at)) || deletes(client, DELETE_FEEDBACK, at)
}

const DELETE_ROWS = `
  WITH old AS (
    DELETE FROM weir.inference WHERE (id, started_at) IN (
      SELECT id, started_at FROM weir.inference WHERE started_at < $1
      ORDER BY started_at LIMIT ${ROWS_AT_ONCE}) RETURNING id, started_at
  ), texts AS (
    DELETE FROM weir.payload p USING old
    WHERE p.inference_id = old.id AND p.started_at = old.started_at
  ), tries AS (
    DELETE FROM weir.attempt a USING old
    WHERE a.inference_id = old.id AND a.started_at = old.started_at
  )
  SELECT FROM old`

const DELETE_FEEDBACK = `
  DELETE FROM weir.feedback WHERE id IN (
    SELECT id FROM weir.feedback WHERE at < $1 ORDER BY at LIMIT ${ROWS_AT_ONCE})`

/** Weeks of texts, but for the newest; then the oldest texts of that; then months of rows. */
async function forgetMuch(client: pg.ClientBase, maxBytes: number): Promise<boolean> {
  const { payload, attempt, inference } = await partitionsIn(client)
  const newest = payload.at(-1)
  const bytes = await bytesIn(client)
  if (bytes <= maxBytes) return false
  if (payload.length > 1) return drop(client, payload.slice(0, 1))
  if (newest !== undefined) {
    // What is deleted leaves its space to what comes: only what is there counts.
    const texts = await textBytes(client, `weir.${newest.name}`)
    const excess = bytes - newest.bytes + texts - maxBytes
    if (excess <= 0) return false
    if (await deletes(client, DELETE_OLDEST_TEXTS, [])) return true
  }
  if (inference.length > 1) return drop(client, inference.slice(0, 1))
  return attempt.length > 1 && drop(client, attempt.slice(0, 1))
}

const DELETE_OLDEST_TEXTS = `
  DELETE FROM weir.payload WHERE (inference_id, started_at) IN (
    SELECT inference_id, started_at FROM weir.payload ORDER BY started_at LIMIT ${ROWS_AT_ONCE})`

/** Of the cache: what is old, then what is too much. */
async function forgetAnswers(client: pg.ClientBase, before: number): Promise<boolean> {
  if (await deletes(client, DELETE_ANSWERS, [isoTime(before)])) return true
  const { rows } = await client.query<Row>(
    "SELECT pg_total_relation_size('weir.cached_answer') AS bytes",
  )
  if (readNumber(rows[0] ?? {}, 'bytes') <= CACHE_BYTES) return false
  if ((await textBytes(client, 'weir.cached_answer')) <= CACHE_BYTES) return false
  return deletes(client, DELETE_ANSWERS, ['infinity'])
}

const DELETE_ANSWERS = `
  DELETE FROM weir.cached_answer WHERE key IN (
    SELECT key FROM weir.cached_answer WHERE at < $1 ORDER BY at LIMIT ${ROWS_AT_ONCE})`

/** Of all our tables, with their indexes. */
async function bytesIn(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<Row>(
    `SELECT coalesce(sum(pg_total_relation_size(oid)), 0) AS bytes FROM pg_class
     WHERE relnamespace = 'weir'::regnamespace AND relkind = 'r'`,
  )
  return readNumber(rows[0] ?? {}, 'bytes')
}

/** Of the compressed texts in a table: their lengths are known without reading them. */
async function textBytes(client: pg.ClientBase, table: string): Promise<number> {
  const { rows } = await client.query<Row>(
    `SELECT coalesce(sum(octet_length(frame)), 0) AS bytes FROM ${table}`,
  )
  return readNumber(rows[0] ?? {}, 'bytes')
}

async function drop(
  client: pg.ClientBase,
  partitions: readonly StoredPartition[],
): Promise<boolean> {
  for (const { name } of partitions) await client.query(`DROP TABLE weir.${name}`)
  return partitions.length > 0
}

async function deletes(client: pg.ClientBase, sql: string, values: unknown[]): Promise<boolean> {
  const { rowCount } = await client.query(sql, values)
  return (rowCount ?? 0) > 0
}
