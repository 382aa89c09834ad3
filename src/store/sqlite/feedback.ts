import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Json } from '../../domain/chat.ts'
import {
  type Feedback,
  FEEDBACK_TYPES,
  type FeedbackLevel,
  type FeedbackType,
} from '../../domain/feedback.ts'
import type { FeedbackSummary, FeedbackTarget, IdPage } from '../reads.ts'
import type { Intern } from './hot-values.ts'
import { tagsOf } from './log-rows.ts'
import { FEEDBACK_TYPE_CODES, MetricValueWriter } from './metric-values.ts'
import { readNumber, readText, readTextOrNull, type Row } from '../row.ts'
import { decodeId, encodeId } from './values.ts'

/** As stored. Never renumber. */
const LEVEL_CODES: Readonly<Record<FeedbackLevel, number>> = { inference: 0, episode: 1 }

const INSERT = `
  INSERT OR IGNORE INTO feedback (id, at, target, level, type, metric, value, tags, config_hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** The writer's side of the feedback. */
export class FeedbackWriter {
  readonly #insert: StatementSync
  readonly #values: MetricValueWriter
  readonly #intern: Intern

  constructor(db: DatabaseSync, intern: Intern) {
    this.#insert = db.prepare(INSERT)
    this.#values = new MetricValueWriter(db)
    this.#intern = intern
  }

  /** False when it was there already. */
  add(feedback: Feedback): boolean {
    const tags = Object.keys(feedback.tags).length === 0 ? null : JSON.stringify(feedback.tags)
    const metric = this.#intern('metric', feedback.metricName)
    const { changes } = this.#insert.run(
      encodeId(feedback.id),
      feedback.at,
      encodeId(feedback.targetId),
      LEVEL_CODES[feedback.level],
      FEEDBACK_TYPE_CODES[feedback.type],
      metric,
      JSON.stringify(feedback.value),
      tags,
      this.#intern('config', feedback.configHash),
    )
    this.#values.note(feedback, metric)
    return Number(changes) > 0
  }
}

export function readTarget(db: DatabaseSync | null, id: string): FeedbackTarget | null {
  const row = db
    ?.prepare(
      `SELECT function.name AS function_name, variant.name AS variant_name, i.episode_id
       FROM inference i JOIN dim function ON function.id = i.function
       JOIN dim variant ON variant.id = i.variant WHERE i.id = ?`,
    )
    .get(encodeId(id))
  if (row !== undefined) {
    return {
      level: 'inference',
      functionName: readText(row, 'function_name'),
      variantName: readText(row, 'variant_name'),
      episodeId: decodeId(row['episode_id']),
    }
  }
  const episode = db
    ?.prepare('SELECT 1 FROM inference WHERE episode_id = ? LIMIT 1')
    .get(encodeId(id))
  return episode === undefined ? null : { level: 'episode' }
}

/** A condition may follow. */
export const SELECT_FEEDBACK = `
  SELECT f.*, metric.name AS metric_name, config.name AS config_name FROM feedback f
  JOIN dim metric ON metric.id = f.metric JOIN dim config ON config.id = f.config_hash`

export function readFeedback(db: DatabaseSync | null, id: string): Feedback | null {
  const row = db?.prepare(`${SELECT_FEEDBACK} WHERE f.id = ?`).get(encodeId(id))
  return row === undefined ? null : decodeFeedback(row)
}

const SELECT = `${SELECT_FEEDBACK}
  WHERE f.target = ? AND f.id < ? AND f.id > ? AND (? IS NULL OR f.type = ?)`

export function readFeedbackOf(
  db: DatabaseSync | null,
  targetId: string,
  { before, after, limit, type }: IdPage & { readonly type?: FeedbackType },
): Feedback[] {
  const forwards = after !== undefined
  const rows = db
    ?.prepare(`${SELECT} ORDER BY f.id ${forwards ? 'ASC' : 'DESC'} LIMIT ?`)
    .all(
      encodeId(targetId),
      before === undefined ? LAST_ID : encodeId(before),
      after === undefined ? FIRST_ID : encodeId(after),
      type === undefined ? null : FEEDBACK_TYPE_CODES[type],
      type === undefined ? null : FEEDBACK_TYPE_CODES[type],
      limit,
    )
  const found = (rows ?? []).map((row) => decodeFeedback(row))
  return forwards ? found.toReversed() : found
}

export function readFeedbackSummary(db: DatabaseSync | null, targetId: string): FeedbackSummary {
  const target = encodeId(targetId)
  const types = db
    ?.prepare(
      `SELECT type, count(*) AS count, min(id) AS first, max(id) AS last FROM feedback
       WHERE target = ? GROUP BY type`,
    )
    .all(target)
  const metrics = db
    ?.prepare(
      `SELECT metric.name, max(f.id) AS last FROM feedback f JOIN dim metric ON metric.id = f.metric
       WHERE f.target = ? GROUP BY f.metric`,
    )
    .all(target)
  return {
    byType: Object.fromEntries(
      (types ?? []).map((row) => [
        typeOf(row),
        {
          count: readNumber(row, 'count'),
          firstId: decodeId(row['first']),
          lastId: decodeId(row['last']),
        },
      ]),
    ),
    latest: Object.fromEntries(
      (metrics ?? []).map((row) => [readText(row, 'name'), decodeId(row['last'])]),
    ),
  }
}

const FIRST_ID = new Uint8Array(0)
const LAST_ID = new Uint8Array(17).fill(0xff)

export function decodeFeedback(row: Row): Feedback {
  const level = row['level'] === LEVEL_CODES.episode ? 'episode' : 'inference'
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this file writes these
  const value = JSON.parse(readText(row, 'value')) as Json
  return {
    id: decodeId(row['id']),
    at: readNumber(row, 'at'),
    targetId: decodeId(row['target']),
    level,
    type: typeOf(row),
    metricName: readText(row, 'metric_name'),
    value,
    tags: tagsOf(readTextOrNull(row, 'tags')),
    configHash: readText(row, 'config_name'),
  }
}

function typeOf(row: Row): FeedbackType {
  return FEEDBACK_TYPES.find((type) => FEEDBACK_TYPE_CODES[type] === row['type']) ?? 'comment'
}
