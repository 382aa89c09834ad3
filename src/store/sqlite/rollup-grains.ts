import type { DatabaseSync } from 'node:sqlite'
import { SUMMED_COLUMNS } from '../usage-columns.ts'
import type { RollupKey } from './rollup-facts.ts'
import type { Span } from './usage-span.ts'
import { HOURS_A_DAY, LEVEL_CODES, ROLLUP_COLUMNS } from './rollup-schema.ts'

/** Which names sums are told apart by, beside how requests ended. */
export type SumNames = 'all' | 'models' | 'none'

/** Sums of the hours' sums, kept apart from each other in `rollup_sum`. */
export interface Grain {
  /** As stored. Never renumber. */
  readonly code: number
  readonly names: SumNames
  /** 1 or 24. */
  readonly hours: number
}

export const GRAINS: readonly Grain[] = [
  { code: 1, names: 'none', hours: 1 },
  { code: 2, names: 'models', hours: 1 },
  { code: 3, names: 'all', hours: HOURS_A_DAY },
  { code: 4, names: 'models', hours: HOURS_A_DAY },
  { code: 5, names: 'none', hours: HOURS_A_DAY },
]

/**
 * Sums of days and of fewer names, made of the hours' sums. `sums_until` is the first hour that is
 * not in them yet. What is added to an hour before that is added to these at the same time.
 */
export const GRAIN_MIGRATION = `
  CREATE TABLE rollup_sum (
    grain INTEGER NOT NULL,
    ${ROLLUP_COLUMNS},
    PRIMARY KEY (grain, level, hour, function, variant, requested_model, model, provider, ending)
  ) WITHOUT ROWID;
  `

/** The first hour that only `rollup` has; null while there are no other sums. */
export function sumsUntil(db: DatabaseSync): number | null {
  const row = db.prepare("SELECT value FROM meta WHERE key = 'sums_until'").get()
  return row === undefined ? null : Number(row['value'])
}

/** Where in a grain what an hour's sums say belongs. */
export function keyIn({ names, hours }: Grain, key: RollupKey): RollupKey {
  const { function: functionId, variant, requested_model, model, provider } = key
  return {
    ...key,
    hour: startIn(key.hour, hours),
    function: names === 'all' ? functionId : 0,
    variant: names === 'all' ? variant : 0,
    requested_model: names === 'none' ? 0 : requested_model,
    model: names === 'none' ? 0 : model,
    provider: names === 'none' ? 0 : provider,
  }
}

function startIn(hour: number, hours: number): number {
  return Math.floor(hour / hours) * hours
}

/** Rows of sums, to be read as a table. */
export interface SumSource {
  readonly table: string
  /** Of the hours in which its rows begin. */
  readonly hours: Span
}

/** What is wanted of sums: told apart by which names at least, and whether by the hour. */
export interface SumsWanted {
  readonly names: SumNames
  readonly hourly: boolean
}

/** The fewest rows that hold what happened in whole hours, each of them once. */
export function sourcesOf(db: DatabaseSync, hours: Span, wanted: SumsWanted): SumSource[] {
  const until = Math.max(hours.from, Math.min(hours.to, sumsUntil(db) ?? hours.from))
  const made = { from: hours.from, to: until }
  const rest = { table: 'rollup', hours: { from: until, to: hours.to } }
  return [...madeSources(made, wanted), rest].filter(
    (source) => source.hours.from < source.hours.to,
  )
}

function madeSources({ from, to }: Span, { names, hourly }: SumsWanted): SumSource[] {
  const table = (hours: number) => {
    const grain = GRAINS.find((one) => one.names === names && one.hours === hours)
    return grain ? `(SELECT * FROM rollup_sum WHERE grain = ${grain.code})` : 'rollup'
  }
  const firstDay = startIn(from + HOURS_A_DAY - 1, HOURS_A_DAY)
  const lastDay = startIn(to, HOURS_A_DAY)
  if (hourly || firstDay >= lastDay) return [{ table: table(1), hours: { from, to } }]
  return [
    { table: table(1), hours: { from, to: firstDay } },
    { table: table(HOURS_A_DAY), hours: { from: firstDay, to: lastDay } },
    { table: table(1), hours: { from: lastDay, to } },
  ]
}

/** Each of these hours by itself, so that the names behind it in the key are looked up too. */
export const HOURS_IN =
  'IN (WITH RECURSIVE h(hour) AS (SELECT ? UNION ALL SELECT hour + 1 FROM h WHERE hour + 1 < ?) SELECT hour FROM h)'

/** Adds one hour to every grain. */
export class HourCloser {
  readonly #db: DatabaseSync
  readonly #conflict: string

  /** `conflict` says how a row is added to one that is there. */
  constructor(db: DatabaseSync, conflict: string) {
    this.#db = db
    this.#conflict = conflict
  }

  /** The oldest hour before `before` that is not in the grains; null when all are. */
  next(before: number): number | null {
    const from = sumsUntil(this.#db) ?? Number.MIN_SAFE_INTEGER
    const hours = Object.values(LEVEL_CODES).flatMap((level) => {
      const hour = this.#db
        .prepare('SELECT min(hour) AS hour FROM rollup WHERE level = ? AND hour >= ? AND hour < ?')
        .get(level, from, before)?.['hour']
      return typeof hour === 'number' ? [hour] : []
    })
    return hours.length === 0 ? null : Math.min(...hours)
  }

  /** Within a transaction. */
  close(hour: number): void {
    for (const grain of GRAINS) {
      this.#db.prepare(`${closing(grain)} ${this.#conflict}`).run(hour)
    }
    this.#db
      .prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('sums_until', ?)")
      .run((hour + 1).toFixed(0))
  }
}

function closing({ code, names, hours }: Grain): string {
  const all = names === 'all'
  const models = names !== 'none'
  return `
    INSERT INTO rollup_sum
    SELECT ${code}, level, hour - (hour % ${hours} + ${hours}) % ${hours}, ${all ? 'function' : 0},
      ${all ? 'variant' : 0}, ${models ? 'requested_model' : 0}, ${models ? 'model' : 0},
      ${models ? 'provider' : 0}, ending, sum(n),
      ${SUMMED_COLUMNS.map((column) => `sum(${column})`).join(', ')}, sum(costed), min(first_at),
      max(last_at), merge_sketches(latency), merge_sketches(ttft)
    FROM rollup WHERE level IN (${Object.values(LEVEL_CODES).join(', ')}) AND hour = ?
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9`
}
