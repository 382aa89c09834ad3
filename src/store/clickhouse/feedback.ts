import type { Json } from '../../domain/chat.ts'
import { type Feedback, FEEDBACK_TYPES, type FeedbackType } from '../../domain/feedback.ts'
import { isUuid } from '../../domain/ids.ts'
import type { FeedbackSummary, FeedbackTarget, IdPage } from '../reads.ts'
import { snapshotHash } from './contract-rows.ts'
import type { Ask } from './queries.ts'
import { decodeTags, tagsText, timeText } from './record-rows.ts'
import { readNumber, readText, type Row } from '../row.ts'
import { wellFormedJson } from './values.ts'

export function encodeFeedback(feedback: Feedback): Row {
  return {
    target_id: feedback.targetId.toWellFormed(),
    id: feedback.id.toWellFormed(),
    at: timeText(feedback.at),
    level: feedback.level,
    type: feedback.type,
    metric_name: feedback.metricName.toWellFormed(),
    value: JSON.stringify(feedback.value),
    tags: tagsText(feedback.tags),
    config_hash: feedback.configHash.toWellFormed(),
  }
}

const CONTRACT_TABLES: Readonly<Record<FeedbackType, string>> = {
  boolean: 'BooleanMetricFeedback',
  float: 'FloatMetricFeedback',
  comment: 'CommentFeedback',
  demonstration: 'DemonstrationFeedback',
}

/** The same in TensorZero's tables, by table; ids that are no UUIDs have no place there. */
export function contractFeedback(all: readonly Feedback[]): Map<string, Row[]> {
  const fitting = all.filter(({ id, targetId }) => isUuid(id) && isUuid(targetId))
  const tables = Map.groupBy(fitting, ({ type }) => CONTRACT_TABLES[type])
  return new Map([...tables].map(([table, rows]) => [table, rows.map(contractRow)]))
}

function contractRow(feedback: Feedback): Row {
  const { id, targetId, type, level, metricName, value } = feedback
  const end = { tags: tagsText(feedback.tags), snapshot_hash: snapshotHash(feedback.configHash) }
  switch (type) {
    case 'boolean':
    case 'float':
      return { id, target_id: targetId, metric_name: metricName.toWellFormed(), value, ...end }
    case 'comment':
      return { id, target_id: targetId, target_type: level, value: textOf(value), ...end }
    case 'demonstration':
      return { id, inference_id: targetId, value: wellFormedJson(value), ...end }
  }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value.toWellFormed() : wellFormedJson(value)
}

export async function readTarget(ask: Ask, id: string): Promise<FeedbackTarget | null> {
  const [row] = await ask(
    `SELECT function_name, variant_name, episode_id FROM WeirInference
     WHERE id = {id: String} ORDER BY seq LIMIT 1`,
    { id },
  )
  if (row !== undefined) {
    return {
      level: 'inference',
      functionName: readText(row, 'function_name'),
      variantName: readText(row, 'variant_name'),
      episodeId: readText(row, 'episode_id'),
    }
  }
  const episodes = await ask(
    'SELECT 1 FROM WeirInference WHERE episode_id = {id: String} LIMIT 1',
    { id },
  )
  return episodes.length === 0 ? null : { level: 'episode' }
}

const COLUMNS = `id, target_id, toUnixTimestamp64Milli(at) AS at_ms, level, type, metric_name,
  value, tags, config_hash`

export async function readFeedback(ask: Ask, id: string): Promise<Feedback | null> {
  const [row] = await ask(`SELECT ${COLUMNS} FROM WeirFeedback WHERE id = {id: String} LIMIT 1`, {
    id,
  })
  return row === undefined ? null : decodeFeedback(row)
}

export async function readFeedbackOf(
  ask: Ask,
  targetId: string,
  { before, after, limit, type }: IdPage & { readonly type?: FeedbackType },
): Promise<Feedback[]> {
  const forwards = after !== undefined
  const rows = await ask(
    `SELECT ${COLUMNS} FROM WeirFeedback WHERE target_id = {target: String}
       ${before === undefined ? '' : 'AND id < {before: String}'}
       ${forwards ? 'AND id > {after: String}' : ''}
       ${type === undefined ? '' : 'AND type = {type: String}'}
     ORDER BY id ${forwards ? 'ASC' : 'DESC'} LIMIT {limit: UInt32}`,
    { target: targetId, before: before ?? '', after: after ?? '', type: type ?? '', limit },
  )
  const found = rows.map(decodeFeedback)
  return forwards ? found.toReversed() : found
}

export async function readSummary(ask: Ask, targetId: string): Promise<FeedbackSummary> {
  const target = { target: targetId }
  const types = await ask(
    `SELECT type, count() AS n, min(id) AS first, max(id) AS last FROM WeirFeedback
     WHERE target_id = {target: String} GROUP BY type`,
    target,
  )
  const metrics = await ask(
    `SELECT metric_name, max(id) AS last FROM WeirFeedback
     WHERE target_id = {target: String} GROUP BY metric_name`,
    target,
  )
  const bounds = types.map((row) => [
    readText(row, 'type'),
    {
      count: readNumber(row, 'n'),
      firstId: readText(row, 'first'),
      lastId: readText(row, 'last'),
    },
  ])
  return {
    byType: Object.fromEntries(bounds),
    latest: Object.fromEntries(
      metrics.map((row) => [readText(row, 'metric_name'), readText(row, 'last')]),
    ),
  }
}

function decodeFeedback(row: Row): Feedback {
  const type = readText(row, 'type')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this file writes these
  const value = JSON.parse(readText(row, 'value')) as Json
  return {
    id: readText(row, 'id'),
    at: readNumber(row, 'at_ms'),
    targetId: readText(row, 'target_id'),
    level: readText(row, 'level') === 'episode' ? 'episode' : 'inference',
    type: FEEDBACK_TYPES.find((known) => known === type) ?? 'comment',
    metricName: readText(row, 'metric_name'),
    value,
    tags: decodeTags(row['tags']),
    configHash: readText(row, 'config_hash'),
  }
}
