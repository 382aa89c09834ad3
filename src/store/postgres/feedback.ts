import { type Feedback, FEEDBACK_TYPES, type FeedbackType } from '../../domain/feedback.ts'
import type { FeedbackSummary, FeedbackTarget, IdPage } from '../reads.ts'
import { tagsOf } from '../sqlite/log-rows.ts'
import type { Asks } from './documents.ts'
import { jsonOf } from './json.ts'
import { isoTime } from './records.ts'
import { readNumber, readText, type Row } from '../row.ts'
import { decodeTags, decodeText, encodeTags, encodeText } from './text.ts'

const INSERT = `
  INSERT INTO weir.feedback (id, at, target_id, level, type, metric_name, value, tags, config_hash)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`

export async function addFeedback(db: Asks, feedback: Feedback): Promise<null> {
  await db.query(INSERT, [
    encodeText(feedback.id),
    isoTime(feedback.at),
    encodeText(feedback.targetId),
    feedback.level,
    feedback.type,
    encodeText(feedback.metricName),
    JSON.stringify(feedback.value),
    encodeTags(feedback.tags),
    encodeText(feedback.configHash),
  ])
  return null
}

export async function readTarget(db: Asks, id: string): Promise<FeedbackTarget | null> {
  const { rows } = await db.query<Row>(
    'SELECT function_name, variant_name, episode_id FROM weir.inference WHERE id = $1',
    [encodeText(id)],
  )
  const [row] = rows
  if (row !== undefined) {
    return {
      level: 'inference',
      functionName: decodeText(readText(row, 'function_name')),
      variantName: decodeText(readText(row, 'variant_name')),
      episodeId: decodeText(readText(row, 'episode_id')),
    }
  }
  const episode = await db.query('SELECT 1 FROM weir.inference WHERE episode_id = $1 LIMIT 1', [
    encodeText(id),
  ])
  return episode.rowCount === 0 ? null : { level: 'episode' }
}

export async function readFeedbackById(db: Asks, id: string): Promise<Feedback | null> {
  const { rows } = await db.query<Row>('SELECT * FROM weir.feedback WHERE id = $1', [
    encodeText(id),
  ])
  return rows[0] === undefined ? null : decodeFeedback(rows[0])
}

export async function readFeedbackOf(
  db: Asks,
  targetId: string,
  { before, after, limit, type }: IdPage & { readonly type?: FeedbackType },
): Promise<Feedback[]> {
  const forwards = after !== undefined
  const { rows } = await db.query<Row>(
    `SELECT * FROM weir.feedback WHERE target_id = $1 AND ($2::text IS NULL OR id < $2)
       AND ($3::text IS NULL OR id > $3)
       AND ($5::text IS NULL OR type = $5) ORDER BY id ${forwards ? 'ASC' : 'DESC'} LIMIT $4`,
    [encodeText(targetId), before ?? null, after ?? null, limit, type ?? null],
  )
  const found = rows.map(decodeFeedback)
  return forwards ? found.toReversed() : found
}

export async function readFeedbackSummary(db: Asks, targetId: string): Promise<FeedbackSummary> {
  const name = [encodeText(targetId)]
  const [types, metrics] = await Promise.all([
    db.query<Row>(
      `SELECT type, count(*) AS count, min(id) AS first, max(id) AS last FROM weir.feedback
       WHERE target_id = $1 GROUP BY type`,
      name,
    ),
    db.query<Row>(
      `SELECT metric_name, max(id) AS last FROM weir.feedback WHERE target_id = $1
       GROUP BY metric_name`,
      name,
    ),
  ])
  return {
    byType: Object.fromEntries(types.rows.map((row) => [typeOf(row), boundsOf(row)])),
    latest: Object.fromEntries(
      metrics.rows.map((row) => [textIn(row, 'metric_name'), textIn(row, 'last')]),
    ),
  }
}

function boundsOf(row: Row) {
  return {
    count: readNumber(row, 'count'),
    firstId: textIn(row, 'first'),
    lastId: textIn(row, 'last'),
  }
}

function textIn(row: Row, column: string): string {
  return decodeText(readText(row, column))
}

function typeOf(row: Row): FeedbackType {
  return FEEDBACK_TYPES.find((type) => type === row['type']) ?? 'comment'
}

function decodeFeedback(row: Row): Feedback {
  const text = (column: string) => decodeText(readText(row, column))
  return {
    id: text('id'),
    at: readNumber(row, 'at'),
    targetId: text('target_id'),
    level: row['level'] === 'episode' ? 'episode' : 'inference',
    type: typeOf(row),
    metricName: text('metric_name'),
    value: jsonOf(readText(row, 'value')),
    tags: tagsOf(decodeTags(readText(row, 'tags'))),
    configHash: text('config_hash'),
  }
}
