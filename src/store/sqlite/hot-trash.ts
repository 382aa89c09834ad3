import type { DatabaseSync } from 'node:sqlite'
import { pragma, transactUnsynced } from './database.ts'
import { SLOT_MS } from './hot-schema.ts'
import type { Place } from './payload-files.ts'
import { readNumber } from '../row.ts'

/** Writes wait for what is deleted at once: it is made to take some five to ten milliseconds. */
const FIRST_ROWS = 100
const FEWEST_ROWS = 10
const MOST_ROWS = 400
const QUICK_MS = 4
const SLOW_MS = 10
const PAGES_AT_ONCE = 256
/** Free pages that are worth giving back: an eighth of the file, but not a few. */
const FEW_PAGES = 2048
const SHARE = 8

/** Deletes the oldest rows of `weir.db`, a few at a time. The hours' sums stay. */
export class HotTrash {
  readonly #db: DatabaseSync
  readonly #forgetNames: () => void
  #rowsAtOnce = FIRST_ROWS
  /** Made when first needed: making them takes as long as deleting some rows. */
  #statements: ReturnType<typeof prepareAll> | undefined

  /** Names of tags may go with their last row: then `forgetNames` is called. */
  constructor(db: DatabaseSync, forgetNames: () => void) {
    this.#db = db
    this.#forgetNames = forgetNames
  }

  /** Rows of requests that began before `at`; null when there are none. */
  deleteBefore(at: number): Place[] | null {
    return this.#paced((rows) => this.#deleteBefore(at, rows))
  }

  #deleteBefore(at: number, rows: number): Place[] | null {
    const slot = Math.floor(at / SLOT_MS)
    const last = this.#db
      .prepare('SELECT max(last_seq) AS seq FROM arrival WHERE slot <= ?')
      .get(slot)?.['seq']
    if (typeof last !== 'number') return null
    const seqs = this.#db
      .prepare('SELECT seq FROM inference WHERE seq <= ? AND started_at < ? ORDER BY seq LIMIT ?')
      .all(last, at, rows)
    const places = this.#delete(seqs.map((row) => readNumber(row, 'seq')))
    if (seqs.length < rows) {
      this.#db.prepare('DELETE FROM arrival WHERE slot < ?').run(slot)
    }
    return seqs.length === 0 ? null : places
  }

  /** Null when there are no rows. */
  deleteOldest(): Place[] | null {
    return this.#paced((rows) => {
      const seqs = this.#db.prepare('SELECT seq FROM inference ORDER BY seq LIMIT ?').all(rows)
      return seqs.length === 0 ? null : this.#delete(seqs.map((row) => readNumber(row, 'seq')))
    })
  }

  #paced<T>(work: (rows: number) => T): T {
    const startedMs = performance.now()
    const result = work(this.#rowsAtOnce)
    const tookMs = performance.now() - startedMs
    if (tookMs > SLOW_MS) this.#rowsAtOnce = Math.max(FEWEST_ROWS, this.#rowsAtOnce >> 1)
    if (tookMs < QUICK_MS) this.#rowsAtOnce = Math.min(MOST_ROWS, this.#rowsAtOnce * 2)
    return result
  }

  /** Gives some free pages back to the disk. False when there are too few to care. */
  shrink(): boolean {
    const free = pragma(this.#db, 'freelist_count')
    if (free < Math.max(FEW_PAGES, pragma(this.#db, 'page_count') / SHARE)) return false
    this.#db.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`)
    return pragma(this.#db, 'freelist_count') < free
  }

  /** Returns the segments that no row needs any more. */
  #delete(seqs: readonly number[]): Place[] {
    const last = seqs.at(-1)
    if (last === undefined) return []
    const list = JSON.stringify(seqs)
    const statements = (this.#statements ??= prepareAll(this.#db))
    const places = transactUnsynced(this.#db, () => {
      const next = statements.next.get(last)
      const rows = statements.places.all(list)
      for (const deletion of statements.deletions) deletion.run(list)
      return rows.filter(
        (row) => row['part'] !== next?.['part'] || row['segment'] !== next?.['segment'],
      )
    })
    this.#forgetNames()
    return places.map((row) => ({
      part: readNumber(row, 'part'),
      segment: readNumber(row, 'segment'),
      index: 0,
    }))
  }
}

function prepareAll(db: DatabaseSync) {
  const deletions = [
    DELETE_FEEDBACK,
    DELETE_TAGS,
    DELETE_TAG_VALUES,
    `DELETE FROM attempt WHERE seq IN ${LIST}`,
    `DELETE FROM inference WHERE seq IN ${LIST}`,
  ]
  return {
    next: db.prepare('SELECT part, segment FROM inference WHERE seq > ? ORDER BY seq LIMIT 1'),
    places: db.prepare(`SELECT DISTINCT part, segment FROM inference WHERE seq IN ${LIST}`),
    deletions: deletions.map((sql) => db.prepare(sql)),
  }
}

const LIST = '(SELECT value FROM json_each(?1))'

const TAGS_OF_LIST = `
  SELECT tagkv.id AS kv, i.seq FROM inference i, json_each(i.tags) t
  JOIN tagkv ON tagkv.key = t.key AND tagkv.value = t.value
  WHERE i.tags IS NOT NULL AND i.seq IN ${LIST}`

const DELETE_TAGS = `DELETE FROM tag WHERE (kv, seq) IN (${TAGS_OF_LIST})`

const DELETE_TAG_VALUES = `
  DELETE FROM tagkv WHERE id IN (SELECT kv FROM (${TAGS_OF_LIST}))
    AND NOT EXISTS (SELECT 1 FROM tag WHERE tag.kv = tagkv.id)`

/** What was said of an episode goes with its last inference. */
const DELETE_FEEDBACK = `
  DELETE FROM feedback WHERE target IN (
    SELECT id FROM inference WHERE seq IN ${LIST}
    UNION ALL
    SELECT i.episode_id FROM inference i WHERE i.seq IN ${LIST} AND NOT EXISTS (
      SELECT 1 FROM inference other WHERE other.episode_id = i.episode_id
        AND other.seq NOT IN ${LIST}))`
