import type {
  AggregateOptions,
  DatabaseSync,
  SQLInputValue,
  SQLOutputValue,
  StatementSync,
} from 'node:sqlite'
import { addEncoded, encodeSketch, encodeValues, mergeInto, Sketch } from '../../lib/sketch.ts'
import { transact } from './database.ts'
import { type Fact, factOfRow, hourOf, type RollupKey, SELECT_FACTS } from './rollup-facts.ts'
import { GRAINS, HourCloser, keyIn, sumsUntil } from './rollup-grains.ts'
import { countFact, noCounts, type RollupCounts } from './rollup-sums.ts'
import { whole, wholeOrNull } from '../row.ts'
import { SUMMED_COLUMNS } from '../usage-columns.ts'

/** The key of `rollup`. */
export const KEY = [
  'level',
  'hour',
  'function',
  'variant',
  'requested_model',
  'model',
  'provider',
  'ending',
] as const
const VALUES = ['n', ...SUMMED_COLUMNS, 'costed', 'first_at', 'last_at', 'latency', 'ttft']
const COLUMNS = [...KEY, ...VALUES]

/** Nothing known and something known is what is known. */
const ADD_KNOWN = SUMMED_COLUMNS.map(
  (column) =>
    `${column} = CASE WHEN excluded.${column} IS NULL THEN ${column}
      ELSE coalesce(${column}, 0) + excluded.${column} END,`,
).join('\n    ')

const ON_CONFLICT = `
  ON CONFLICT DO UPDATE SET n = n + excluded.n, costed = costed + excluded.costed,
    ${ADD_KNOWN}
    first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
    latency = merge_sketch(latency, excluded.latency), ttft = merge_sketch(ttft, excluded.ttft)`

const MERGE = `
  INSERT INTO rollup (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
  ${ON_CONFLICT}`

const MERGE_SUM = `
  INSERT INTO rollup_sum (grain, ${COLUMNS.join(', ')})
  VALUES (?, ${COLUMNS.map(() => '?').join(', ')}) ${ON_CONFLICT}`

const ROWS_AT_ONCE = 500

/** Requests that take longer than this are added to sums that are made already. */
const LATE_MS = 600_000

/** Keeps the hours' sums, inside the transaction of the rows they are of: never counted twice. */
export class RollupWriter {
  readonly #db: DatabaseSync
  readonly #merge: StatementSync
  readonly #mergeSum: StatementSync
  readonly #closer: HourCloser

  constructor(db: DatabaseSync) {
    this.#db = db
    db.function('merge_sketch', { deterministic: true }, mergeSketches)
    const merging = { start: () => new Sketch(), step: addSketch, result: encodeSketch }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- SQL sees the result, never the sketch
    db.aggregate('merge_sketches', merging as unknown as AggregateOptions)
    this.#merge = db.prepare(MERGE)
    this.#mergeSum = db.prepare(MERGE_SUM)
    this.#closer = new HourCloser(db, ON_CONFLICT)
  }

  write(facts: readonly Fact[]): void {
    for (const group of grouped(facts)) this.#merge.run(...valuesOf(group))
    const until = sumsUntil(this.#db) ?? Number.NEGATIVE_INFINITY
    const late = facts.filter(({ key }) => key.hour < until)
    if (late.length === 0) return
    for (const grain of GRAINS) {
      for (const group of grouped(late, (hourly) => keyIn(grain, hourly))) {
        this.#mergeSum.run(grain.code, ...valuesOf(group))
      }
    }
  }

  /** Adds an hour that is over to the sums of days. False when there is none. */
  closeHour(now: number): boolean {
    const hour = this.#closer.next(hourOf(now - LATE_MS))
    if (hour === null) return false
    transact(this.#db, () => this.#closer.close(hour))
    return true
  }

  /** Adds some of the rows that are older than the sums. False when all of them are in. */
  catchUp(): boolean {
    const below = rollupBelow(this.#db)
    if (below === null) return false
    const from = Math.max(0, below - ROWS_AT_ONCE)
    transact(this.#db, () => {
      for (const level of ['inference', 'attempt'] as const) {
        const rows = this.#db
          .prepare(`${SELECT_FACTS[level]} WHERE i.seq >= ? AND i.seq < ?`)
          .all(from, below)
        this.write(rows.map((row) => factOfRow(level, row)))
      }
      this.#note(from)
    })
    return true
  }

  #note(below: number): void {
    const left = this.#db.prepare('SELECT 1 FROM inference WHERE seq < ? LIMIT 1').get(below)
    if (left === undefined) this.#db.exec("DELETE FROM meta WHERE key = 'rollup_below'")
    else {
      this.#db.prepare("UPDATE meta SET value = ? WHERE key = 'rollup_below'").run(below.toFixed(0))
    }
  }
}

/** The lowest seq whose row is in the sums; null when all are. */
export function rollupBelow(db: DatabaseSync): number | null {
  const row = db.prepare("SELECT value FROM meta WHERE key = 'rollup_below'").get()
  return row === undefined ? null : Number(row['value'])
}

export function nameOf(key: RollupKey): string {
  const { level, hour, function: functionId, variant, requested_model, model, provider } = key
  return `${level} ${hour} ${functionId} ${variant} ${requested_model} ${model} ${provider} ${key.ending}`
}

interface Group {
  readonly key: RollupKey
  readonly counts: RollupCounts
  readonly latencies: number[]
  readonly ttfts: number[]
}

function grouped(facts: readonly Fact[], keyOf = (key: RollupKey) => key): Iterable<Group> {
  const groups = new Map<string, Group>()
  for (const fact of facts) {
    const key = keyOf(fact.key)
    const name = nameOf(key)
    let group = groups.get(name)
    if (group === undefined) {
      groups.set(name, (group = { key, counts: noCounts(), latencies: [], ttfts: [] }))
    }
    countFact(group.counts, fact)
    if (fact.latencyUs !== null) group.latencies.push(fact.latencyUs)
    if (fact.ttftUs !== null) group.ttfts.push(fact.ttftUs)
  }
  return groups.values()
}

function valuesOf({ key, counts, latencies, ttfts }: Group): SQLInputValue[] {
  return [
    ...KEY.map((column) => key[column]),
    counts.count,
    ...counts.sums.map(wholeOrNull),
    counts.costed,
    whole(counts.firstAt),
    whole(counts.lastAt),
    encodeValues(latencies),
    encodeValues(ttfts),
  ]
}

function addSketch(sketch: Sketch, part: SQLOutputValue): Sketch {
  if (part instanceof Uint8Array) mergeInto(sketch, part)
  return sketch
}

function mergeSketches(one: SQLOutputValue, other: SQLOutputValue): Uint8Array {
  return addEncoded(bytesOf(one), bytesOf(other))
}

function bytesOf(part: SQLOutputValue): Uint8Array {
  return part instanceof Uint8Array ? part : new Uint8Array()
}
