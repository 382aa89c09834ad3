import type { DatabaseSync } from 'node:sqlite'
import { momentsOf, NO_VALUES, together } from '../../domain/experiments/moments.ts'
import type { Feedback } from '../../domain/feedback.ts'
import type { InferenceRecord } from '../../domain/record.ts'
import { FEEDBACK_TYPE_CODES } from './metric-values.ts'
import { OUTCOME_CODES } from './hot-schema.ts'
import type { Intern } from './hot-values.ts'
import { readMoments, sumsOf } from './statistics.ts'
import { slotOf, SUM_SIZES } from './statistics-schema.ts'
import { readNumber, readTextOrNull, type Row } from '../row.ts'
import { decodeId, encodeId } from './values.ts'

/** Larger values cannot be squared: they are kept, but do not count. */
const LARGEST = 1e150

/** Answers, whole or not: what failed says nothing of an episode's outcome. */
const ANSWERED = [OUTCOME_CODES.ok, OUTCOME_CODES.client_gone, OUTCOME_CODES.truncated].join(', ')

const NAMESPACE_TAG = 'tensorzero::namespace'

/** Keeps the sums of metrics true, in the transaction of what changes them. */
export class StatisticsWriter {
  readonly #statements: Statements
  readonly #intern: Intern
  /** Whether anything has been said at all: until then records need no look. */
  #used: boolean

  constructor(db: DatabaseSync, intern: Intern) {
    this.#statements = prepareAll(db)
    this.#intern = intern
    this.#used = db.prepare(`SELECT 1 FROM feedback WHERE ${NUMERIC} LIMIT 1`).get() !== undefined
  }

  /** What was just said of a target, once. */
  said(feedback: Feedback): void {
    if (feedback.type !== 'boolean' && feedback.type !== 'float') return
    this.#used = true
    const target = encodeId(feedback.targetId)
    const metric = this.#intern('metric', feedback.metricName)
    const newest = this.#statements.newest.get(target, metric)
    if (newest !== undefined && decodeId(newest['id']) !== feedback.id) return
    this.#withdraw(target, metric)
    const value = Number(feedback.value)
    if (!(Math.abs(value) < LARGEST)) return
    const find = feedback.level === 'inference' ? 'inference' : 'episode'
    for (const row of this.#statements[find].all(target)) {
      this.#credit({ target, metric, at: feedback.at, value }, row)
    }
  }

  /** A record that was just written: something may have been said of it, or its episode, before. */
  arrived(record: InferenceRecord): void {
    if (!this.#used) return
    const inference = encodeId(record.id)
    this.#late(record, inference)
    const { outcome } = record
    if (outcome !== 'ok' && outcome !== 'client_gone' && outcome !== 'truncated') return
    const episode = encodeId(record.episodeId)
    this.#late(record, episode)
  }

  #late(record: InferenceRecord, target: Id): void {
    for (const row of this.#statements.values.all(target)) {
      const value = readNumber(row, 'value')
      if (!(Math.abs(value) < LARGEST)) continue
      const [metric, at] = [readNumber(row, 'metric'), readNumber(row, 'at')]
      this.#credit(
        { target, metric, at, value },
        {
          function: this.#intern('function', record.functionName),
          variant: this.#intern('variant', record.variantName),
          namespace: record.tags[NAMESPACE_TAG] ?? null,
        },
      )
    }
  }

  #credit({ target, metric, at, value }: Said, whose: Row): void {
    const namespace = this.#intern('namespace', readTextOrNull(whose, 'namespace') ?? '')
    const { cell, credit, add } = this.#statements
    const names = [readNumber(whose, 'function'), metric, readNumber(whose, 'variant'), namespace]
    const id = readNumber(cell.get(...names) ?? {}, 'id')
    if (Number(credit.run(target, id, at, value).changes) === 0) return
    for (const size of SUM_SIZES) add.run(id, size, slotOf(at, size), value)
  }

  /** Sums cannot be subtracted from without losing digits: those it was part of are made again. */
  #withdraw(target: Id, metric: number): void {
    const { credits, uncredit } = this.#statements
    for (const row of credits.all(target, metric)) {
      const cell = readNumber(row, 'cell')
      uncredit.run(target, cell)
      this.#sumAgain(cell, readNumber(row, 'at'))
    }
  }

  #sumAgain(cell: number, at: number): void {
    const { valuesOf, set, unset } = this.#statements
    let below: number | null = null
    for (const size of SUM_SIZES) {
      const from = slotOf(at, size)
      const to = size === 0 ? Number.MAX_SAFE_INTEGER : from + size
      const sum =
        below === null
          ? momentsOf(valuesOf.all(cell, from, to).map((row) => readNumber(row, 'value')))
          : this.#statements.sums
              .all(cell, below, from, to)
              .map((row) => readMoments(row))
              .reduce(together, NO_VALUES)
      if (sum.count === 0) unset.run(cell, size, from)
      else set.run(cell, size, from, sum.count, sum.mean, sum.squares)
      below = size
    }
  }
}

type Id = ReturnType<typeof encodeId>

interface Said {
  readonly target: Id
  readonly metric: number
  readonly at: number
  readonly value: number
}

const NUMERIC = `type IN (${FEEDBACK_TYPE_CODES.boolean}, ${FEEDBACK_TYPE_CODES.float})`

type Statements = ReturnType<typeof prepareAll>

function prepareAll(db: DatabaseSync) {
  const namespace = `json_extract(tags, '$."${NAMESPACE_TAG}"') AS namespace`
  return {
    newest: db.prepare(
      `SELECT max(id) AS id FROM feedback WHERE target = ? AND metric = ? AND ${NUMERIC}`,
    ),
    // Beside max() stand the columns of the row that has it.
    values: db.prepare(
      `SELECT metric, at, max(id),
         CASE type WHEN ${FEEDBACK_TYPE_CODES.boolean} THEN value = 'true'
           ELSE CAST(value AS REAL) END AS value
       FROM feedback WHERE target = ? AND ${NUMERIC} GROUP BY metric`,
    ),
    inference: db.prepare(`SELECT function, variant, ${namespace} FROM inference WHERE id = ?`),
    episode: db.prepare(
      `SELECT DISTINCT function, variant, ${namespace} FROM inference
       WHERE episode_id = ? AND outcome IN (${ANSWERED})`,
    ),
    cell: db.prepare(
      `INSERT INTO metric_cell (function, metric, variant, namespace) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET namespace = namespace RETURNING id`,
    ),
    credit: db.prepare(
      'INSERT OR IGNORE INTO metric_credit (target, cell, at, value) VALUES (?, ?, ?, ?)',
    ),
    credits: db.prepare(
      `SELECT c.cell, c.at FROM metric_credit c JOIN metric_cell cell ON cell.id = c.cell
       WHERE c.target = ? AND cell.metric = ?`,
    ),
    uncredit: db.prepare('DELETE FROM metric_credit WHERE target = ? AND cell = ?'),
    valuesOf: db.prepare(
      'SELECT value FROM metric_credit WHERE cell = ? AND at >= ? AND at < ? ORDER BY at',
    ),
    sums: sumsOf(db),
    // A value more, without losing digits (Welford 1962).
    add: db.prepare(
      `INSERT INTO metric_sum (cell, size, slot, count, mean, squares) VALUES (?, ?, ?, 1, ?, 0)
       ON CONFLICT DO UPDATE SET count = count + 1,
         mean = mean + (excluded.mean - mean) / (count + 1),
         squares = squares + (excluded.mean - mean) * (excluded.mean - mean) * count / (count + 1.0)`,
    ),
    set: db.prepare(
      `INSERT OR REPLACE INTO metric_sum (cell, size, slot, count, mean, squares)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    unset: db.prepare('DELETE FROM metric_sum WHERE cell = ? AND size = ? AND slot = ?'),
  }
}
