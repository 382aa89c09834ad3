import type { DatabaseSync } from 'node:sqlite'
import { mergeInto, quantileOf } from '../../lib/sketch.ts'
import type { Budget } from '../budget.ts'
import type { UsageName, UsageQuery, UsageRow } from '../usage.ts'
import { type Fact, factOfRow, SELECT_FACTS } from './rollup-facts.ts'
import { ENDING_CODES, HOUR_MS, LEVEL_CODES } from './rollup-schema.ts'
import { addFact, addSums, noSums, type RollupSums } from './rollup-sums.ts'
import { HOURS_IN, sourcesOf, type SumSource, type SumsWanted } from './rollup-grains.ts'
import { rollupBelow } from './rollup-writer.ts'
import { Search } from './search.ts'
import { periodStart, type Span, splitSpan, type SplitSpan } from './usage-span.ts'
import { readBytes, readNumber, readNumberOrNull, readText, type Row } from '../row.ts'
import { SUMMED_COLUMNS, usageIn } from '../usage-columns.ts'

const NAMES: readonly UsageName[] = ['function', 'variant', 'model', 'provider']
/** Read between two looks at the clock. */
const HOURS_AT_ONCE = 31 * 24
const LONGEST_MS = 8.64e15

/** Sums of the store: of whole hours as they were kept, of parts of hours from their rows. */
export function readUsage(db: DatabaseSync | null, query: UsageQuery, budget: Budget): UsageRow[] {
  if (db === null) return []
  const usage = new UsageReader(db, query, budget)
  usage.read()
  return usage.rows()
}

interface Group extends RollupSums {
  readonly startedAt: number | null
  /** Numbers of names, in the order of the query's `by`. */
  readonly ids: readonly number[]
}

class UsageReader {
  readonly #db: DatabaseSync
  readonly #query: UsageQuery
  readonly #budget: Budget
  readonly #groups = new Map<string, Group>()
  /** Null: one of the names does not occur. */
  readonly #where: ReadonlyMap<UsageName, number> | null
  readonly #endings: ReadonlySet<number>

  constructor(db: DatabaseSync, query: UsageQuery, budget: Budget) {
    this.#db = db
    this.#query = query
    this.#budget = budget
    this.#where = findNames(db, query)
    const endings = query.endings ?? ['ok', 'failed', 'cached']
    this.#endings = new Set(endings.map((ending) => ENDING_CODES[ending]))
  }

  read(): void {
    if (this.#where === null) return
    const { hours, edges } = this.#split()
    for (const source of sourcesOf(this.#db, hours, this.#wanted())) {
      for (let { from } = source.hours; from < source.hours.to; from += HOURS_AT_ONCE) {
        this.#budget.check()
        const to = Math.min(source.hours.to, from + HOURS_AT_ONCE)
        this.#addHours({ table: source.table, hours: { from, to } })
      }
    }
    for (const edge of edges) this.#addRows(edge)
  }

  rows(): UsageRow[] {
    const groups = [...this.#groups.values()]
    const names = namesOf(this.#db, new Set(groups.flatMap(({ ids }) => ids)))
    return groups
      .toSorted((one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0))
      .map((group) => this.#toRow(group, names))
  }

  #split(): SplitSpan {
    const { level, period, from = -LONGEST_MS, to = LONGEST_MS } = this.#query
    const fromRows = period === 'minute' || rollupBelow(this.#db) !== null
    return fromRows
      ? { hours: { from: 0, to: 0 }, edges: [{ from, to }] }
      : splitSpan(this.#db, level, { from, to })
  }

  #wanted(): SumsWanted {
    const { by, period } = this.#query
    const names = new Set([...by, ...(this.#where?.keys() ?? [])])
    const ofModels = !names.has('function') && !names.has('variant')
    return {
      names: names.size === 0 ? 'none' : ofModels ? 'models' : 'all',
      hourly: period === 'hour',
    }
  }

  /** `r` are rows of whole hours. */
  #condition({ table, hours }: SumSource): { text: string; values: number[] } {
    const where = [...(this.#where ?? [])]
    const names = where.map(([name]) => `AND r.${name} = ?`).join(' ')
    return {
      text: `FROM ${table} r WHERE r.level = ? AND r.hour ${HOURS_IN} ${names}
        AND r.ending IN (${[...this.#endings].join(', ')})`,
      values: [LEVEL_CODES[this.#query.level], hours.from, hours.to, ...where.map(([, id]) => id)],
    }
  }

  #addHours(source: SumSource): void {
    const { text, values } = this.#condition(source)
    const keys = ['hour', ...this.#query.by].map((column) => `r.${column}`).join(', ')
    for (const row of this.#db
      .prepare(`${SELECT_SUMS(keys)} ${text} GROUP BY ${keys}`)
      .all(...values)) {
      const group = this.#groupOfHour(row)
      group.count += readNumber(row, 'n')
      group.failed += readNumberOrNull(row, 'failed') ?? 0
      group.cached += readNumberOrNull(row, 'cached') ?? 0
      group.costed += readNumber(row, 'costed')
      group.lastAt = Math.max(group.lastAt, readNumber(row, 'last_at'))
      addSums(
        group.sums,
        SUMMED_COLUMNS.map((column) => readNumberOrNull(row, column)),
      )
    }
    if ((this.#query.quantiles ?? []).length === 0) return
    for (const row of this.#db
      .prepare(`SELECT ${keys}, r.latency, r.ttft ${text}`)
      .iterate(...values)) {
      const group = this.#groupOfHour(row)
      mergeInto(group.latency, readBytes(row, 'latency'))
      mergeInto(group.ttft, readBytes(row, 'ttft'))
    }
  }

  #addRows(span: Span): void {
    const { level } = this.#query
    const search = new Search(this.#db, { terms: [], ...span }, this.#budget)
    const select = { text: SELECT_FACTS[level], values: [] }
    for (const rows of search.rows(select, { text: '', values: [] })) {
      for (const row of rows) {
        const fact = factOfRow(level, row)
        if (!this.#wants(fact)) continue
        const group = this.#groupOf((name) => fact.key[name], fact.at)
        addFact(group, fact)
      }
    }
  }

  #wants({ key }: Fact): boolean {
    if (!this.#endings.has(key.ending)) return false
    return this.#where?.entries().every(([name, id]) => key[name] === id) ?? true
  }

  #groupOfHour(row: Row): Group {
    return this.#groupOf((name) => readNumber(row, name), readNumber(row, 'hour') * HOUR_MS)
  }

  #groupOf(idOf: (name: UsageName) => number, at: number): Group {
    const { period, by } = this.#query
    const startedAt = period === 'all' ? null : periodStart(at, period)
    const ids = by.map(idOf)
    const key = `${startedAt ?? ''} ${ids.join(' ')}`
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const group = { ...noSums(), startedAt, ids }
    this.#groups.set(key, group)
    return group
  }

  #toRow(group: Group, names: ReadonlyMap<number, string>): UsageRow {
    const { by, quantiles = [] } = this.#query
    const sums = new Map(SUMMED_COLUMNS.map((column, index) => [column, group.sums[index] ?? null]))
    const sum = (column: (typeof SUMMED_COLUMNS)[number]) => sums.get(column) ?? null
    const usage = usageIn(sum)
    const nameOf = (name: UsageName) => names.get(group.ids[by.indexOf(name)] ?? 0) ?? null
    return {
      startedAt: group.startedAt,
      names: {
        function: nameOf('function'),
        variant: nameOf('variant'),
        model: nameOf('model'),
        provider: nameOf('provider'),
      },
      count: group.count,
      failed: group.failed,
      cached: group.cached,
      usage,
      inputTokens: sum('input_tokens'),
      outputTokens: sum('output_tokens'),
      costNano: sum('cost_nano'),
      costed: group.costed,
      lastAt: group.lastAt,
      latencyUs: quantiles.map((share) => quantileOf(group.latency, share)),
      ttftUs: quantiles.map((share) => quantileOf(group.ttft, share)),
    }
  }
}

const SELECT_SUMS = (keys: string) => `
  SELECT ${keys}, sum(r.n) AS n, sum(r.costed) AS costed, max(r.last_at) AS last_at,
    sum(r.n) FILTER (WHERE r.ending = ${ENDING_CODES.failed}) AS failed,
    sum(r.n) FILTER (WHERE r.ending = ${ENDING_CODES.cached}) AS cached,
    ${SUMMED_COLUMNS.map((column) => `sum(r.${column}) AS ${column}`).join(', ')}`

function findNames(db: DatabaseSync, { where = {} }: UsageQuery): Map<UsageName, number> | null {
  const find = db.prepare('SELECT id FROM dim WHERE kind = ? AND name = ?')
  const found = new Map<UsageName, number>()
  for (const kind of NAMES) {
    const name = where[kind]
    if (name === undefined) continue
    const row = find.get(kind, name)
    if (row === undefined) return null
    found.set(kind, readNumber(row, 'id'))
  }
  return found
}

function namesOf(db: DatabaseSync, ids: ReadonlySet<number>): Map<number, string> {
  const rows = db
    .prepare('SELECT id, name FROM dim WHERE id IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify([...ids]))
  return new Map(rows.map((row) => [readNumber(row, 'id'), readText(row, 'name')]))
}
