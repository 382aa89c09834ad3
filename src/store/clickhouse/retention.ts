import type { Connection, Limits } from './connection.ts'
import { onCluster, type Place, quoteName } from './ddl.ts'
import { readDocument } from './documents.ts'

/** Which time to live Weir has given the tables: whose own is another's is left alone. */
const NAME = { collection: 'weir::retention', key: 'max_days' }

const TIME_OF_UINT = 'toDateTime(fromUnixTimestamp64Milli(toInt64(bitShiftRight(id_uint, 80))))'
const timeOfId = (column: string) => `toDateTime(UUIDv7ToDateTime(${column}))`

/** When the rows of each table began. What counts without naming anything is kept. */
const TIMES: Readonly<Record<string, string>> = {
  ChatInference: 'timestamp',
  JsonInference: 'timestamp',
  ModelInference: 'timestamp',
  InferenceById: TIME_OF_UINT,
  InferenceByEpisodeId: TIME_OF_UINT,
  InferenceTag: timeOfId('inference_id'),
  TagInference: timeOfId('inference_id'),
  BooleanMetricFeedback: 'timestamp',
  BooleanMetricFeedbackByTargetId: timeOfId('id'),
  FloatMetricFeedback: 'timestamp',
  FloatMetricFeedbackByTargetId: timeOfId('id'),
  CommentFeedback: 'timestamp',
  CommentFeedbackByTargetId: timeOfId('id'),
  DemonstrationFeedback: 'timestamp',
  DemonstrationFeedbackByInferenceId: timeOfId('id'),
  FeedbackTag: timeOfId('feedback_id'),
  ModelInferenceCache: 'timestamp',
  WeirInference: 'toDateTime(started_at)',
  WeirFeedback: 'toDateTime(at)',
}

/**
 * Lets the server delete rows by itself when they are so old, in its merges; null: no longer. Done
 * when the setting has changed: the server then looks through what is there.
 */
export async function applyRetention(
  connection: Connection,
  { place, maxDays }: { readonly place: Place; readonly maxDays: number | null },
  limits: Limits,
): Promise<void> {
  const ask = (query: string, params: Readonly<Record<string, unknown>>) =>
    connection.select(query, params, limits)
  if ((await readDocument(ask, NAME)) === maxDays) return
  for (const [table, time] of Object.entries(TIMES)) {
    const change =
      maxDays === null ? 'REMOVE TTL' : `MODIFY TTL ${time} + toIntervalDay(${maxDays.toFixed(0)})`
    await connection.command(`ALTER TABLE ${quoteName(table)}${onCluster(place)} ${change}`, limits)
  }
  const [row] = await ask('SELECT toUnixTimestamp64Micro(now64(6)) AS now', {})
  const value = JSON.stringify(maxDays)
  const rows = [{ ...NAME, value, version: row?.['now'], is_deleted: maxDays === null ? 1 : 0 }]
  const token = `weir.retention.${String(row?.['now'])}`
  await connection.insert({ table: 'WeirDocument', rows, token }, limits)
}
