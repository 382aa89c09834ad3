import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BATCH_DIALECT } from '../../domain/record.ts'
import type { Usage } from '../../domain/usage.ts'
import { COST_SOURCE_CODES } from './cost-source.ts'
import { schemaVersion, transact } from './database.ts'
import { guarded, StoreFault } from './fault.ts'
import { HOT_FILE, HOT_MIGRATIONS } from './hot-schema.ts'
import { usageOf } from './log-rows.ts'
import { moveCosts } from './rollup-costs.ts'
import { readNumber, readNumberOrNull, readText, type Row } from '../row.ts'

export interface RepriceOptions {
  readonly dataDir: string
  /** Only requests that began then or later, in ms since 1970. */
  readonly since: number | null
  /** Only this model: its name at the provider, or the gateway's. */
  readonly model: string | null
  /** Nothing is written. */
  readonly dryRun: boolean
  /** Nano-US-dollars; null leaves an attempt as it is. */
  price(attempt: RepricedAttempt): number | null
  progress(sums: RepriceSums): void
}

export interface RepricedAttempt {
  readonly providerType: string
  readonly model: string
  readonly at: number
  readonly usage: Usage
}

export interface RepriceSums {
  /** How far: the number of the last request looked at, and of the last there is. */
  readonly seq: number
  readonly lastSeq: number
  /** Attempts that our price table may price. */
  readonly read: number
  readonly changed: number
  readonly beforeNano: number
  readonly afterNano: number
}

const BUSY_TIMEOUT_MS = 5000
/** Small enough that a running gateway hardly waits for a transaction. */
const REQUESTS_AT_ONCE = 500

/**
 * Prices again what our own table priced, and what had no price. What a provider reported or the
 * configuration set stays, and so do batches, which the table does not know. A gateway may be running: only columns of finished rows change.
 */
export function reprice(options: RepriceOptions): RepriceSums {
  const path = join(options.dataDir, HOT_FILE)
  return guarded(path, () => {
    if (!existsSync(path)) throw new StoreFault('other', path, `There are no records in ${path}.`)
    const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, readOnly: options.dryRun })
    try {
      requireSchema(db, path)
      return walk(db, options)
    } finally {
      db.close()
    }
  })
}

/** Another version's gateway may be using the file: it alone may change how the file looks. */
function requireSchema(db: DatabaseSync, path: string): void {
  const version = schemaVersion(db)
  if (version === HOT_MIGRATIONS.length) return
  const message =
    version < HOT_MIGRATIONS.length
      ? `${path} is of an older Weir: start this one's gateway once, then try again.`
      : `${path} was written by a newer Weir: use that one.`
  throw new StoreFault('newer', path, message)
}

function walk(db: DatabaseSync, options: RepriceOptions): RepriceSums {
  const lastSeq = Number(db.prepare('SELECT max(seq) AS seq FROM inference').get()?.['seq'] ?? 0)
  const select = db.prepare(SELECT)
  let sums: RepriceSums = { seq: 0, lastSeq, read: 0, changed: 0, beforeNano: 0, afterNano: 0 }
  while (sums.seq < lastSeq) {
    const end = Math.min(lastSeq, sums.seq + REQUESTS_AT_ONCE)
    const { since, model } = options
    const rows = select.all(sums.seq, end, since, since, model, model, model)
    const priced = rows.map((row) => priceRow(row, options))
    const changes = priced.filter(({ before, after }) => before !== after)
    if (!options.dryRun && changes.length > 0) {
      const seqs = new Set(changes.map(({ seq }) => seq))
      transact(db, () => moveCosts(db, seqs, () => write(db, changes, seqs)))
    }
    sums = {
      seq: end,
      lastSeq,
      read: sums.read + rows.length,
      changed: sums.changed + changes.length,
      beforeNano: sums.beforeNano + sumOf(priced.map(({ before }) => before)),
      afterNano: sums.afterNano + sumOf(priced.map(({ after }) => after)),
    }
    options.progress(sums)
  }
  return sums
}

const SELECT = `
  SELECT a.*, i.started_at, type.name AS provider_type_name, upstream.name AS upstream_model_name
  FROM attempt a
  JOIN inference i ON i.seq = a.seq
  JOIN dim type ON type.id = a.provider_type
  JOIN dim upstream ON upstream.id = a.upstream_model
  JOIN dim dialect ON dialect.id = i.dialect
  LEFT JOIN dim model ON model.id = i.model
  WHERE a.seq > ? AND a.seq <= ?
    AND (? IS NULL OR i.started_at >= ?)
    AND (? IS NULL OR upstream.name = ? OR model.name = ?)
    AND a.usage_told = 1
    AND dialect.name <> '${BATCH_DIALECT}'
    AND (a.cost_source = ${COST_SOURCE_CODES.table}
      OR (a.cost_source IS NULL AND a.cost_nano IS NULL))
  ORDER BY a.seq, a.position`

interface Change {
  readonly seq: number
  readonly position: number
  readonly before: number | null
  readonly after: number | null
}

function priceRow(row: Row, options: RepriceOptions): Change {
  const before = readNumberOrNull(row, 'cost_nano')
  const usage = usageOf(row)
  const after =
    usage &&
    options.price({
      providerType: readText(row, 'provider_type_name'),
      model: readText(row, 'upstream_model_name'),
      at: readNumber(row, 'started_at'),
      usage,
    })
  return {
    seq: readNumber(row, 'seq'),
    position: readNumber(row, 'position'),
    before,
    after: after ?? before,
  }
}

/** A request's cost is the sum of what its attempts are known to have cost. */
function write(db: DatabaseSync, changes: readonly Change[], seqs: ReadonlySet<number>): void {
  const setAttempt = db.prepare(
    `UPDATE attempt SET cost_nano = ?, cost_source = ${COST_SOURCE_CODES.table}
     WHERE seq = ? AND position = ?`,
  )
  const setInference = db.prepare(
    `UPDATE inference SET cost_nano = (SELECT sum(cost_nano) FROM attempt WHERE seq = ?1)
     WHERE seq = ?1`,
  )
  for (const { seq, position, after } of changes) setAttempt.run(after, seq, position)
  for (const seq of seqs) setInference.run(seq)
}

function sumOf(costs: readonly (number | null)[]): number {
  return costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0)
}
