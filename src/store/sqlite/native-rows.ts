import type { DatabaseSync } from 'node:sqlite'
import type { Json } from '../../domain/chat.ts'
import { nativeOf } from '../../domain/native-of.ts'
import { timesIn } from '../../lib/times-in.ts'
import type { FoundInference } from '../inference-reads.ts'
import { METRIC_ID } from './inference-condition.ts'
import type { Library } from './library.ts'
import { tagsOf } from './log-rows.ts'
import { FEEDBACK_TYPE_CODES } from './metric-values.ts'
import type { Payload } from './payload.ts'
import { readNumber, readNumberOrNull, readText, readTextOrNull, type Row } from '../row.ts'
import { decodeId, encodeId } from './values.ts'

const SELECT = `
  SELECT i.id, i.episode_id, i.tags, i.latency_us,
    CASE WHEN i.stream = 1 THEN i.ttft_us END AS ttft_us, i.part, i.segment, i.segment_index,
    function.name AS function_name, variant.name AS variant_name, config.name AS config_name,
    (SELECT type.name FROM attempt a JOIN dim type ON type.id = a.provider_type
      WHERE a.seq = i.seq ORDER BY a.position DESC LIMIT 1) AS provider_type
  FROM inference i
  JOIN dim function ON function.id = i.function
  JOIN dim variant ON variant.id = i.variant
  JOIN dim config ON config.id = i.config_hash
  WHERE i.seq = ?`

/** An inference in TensorZero's words. */
export function readFound(
  library: Library,
  db: DatabaseSync,
  seq: number,
  demonstrated = false,
): FoundInference {
  const row = db.prepare(SELECT).get(seq) ?? {}
  const payload = payloadOf(library, row)
  return {
    id: decodeId(row['id']),
    episodeId: decodeId(row['episode_id']),
    functionName: readText(row, 'function_name'),
    variantName: readText(row, 'variant_name'),
    tags: tagsOf(readTextOrNull(row, 'tags')),
    configHash: readText(row, 'config_name'),
    latencyUs: readNumber(row, 'latency_us'),
    ttftUs: readNumberOrNull(row, 'ttft_us'),
    native: payload && nativeIn(payload, readTextOrNull(row, 'provider_type')),
    demonstration: demonstrated ? demonstrationOf(db, row) : null,
  }
}

/** How often input and output hold the text, in any case of its letters. */
export function timesFound(library: Library, row: Row, search: string): number {
  const payload = payloadOf(library, row)
  if (payload === null) return 0
  return timesIn(nativeIn(payload, null), search)
}

function payloadOf(library: Library, row: Row): Payload | null {
  const place = {
    part: readNumber(row, 'part'),
    segment: readNumber(row, 'segment'),
    index: readNumber(row, 'segment_index'),
  }
  return library.payload(place, decodeId(row['id']))
}

/** The texts in TensorZero's words. `providerType`: of the last attempt. */
export function nativeIn(payload: Payload, providerType: string | null) {
  const attempts = providerType === null ? [] : [{ providerType }]
  return nativeOf({ ...payload, native: payload.native ?? null, attempts })
}

function demonstrationOf(db: DatabaseSync, row: Row): Json {
  const found = db
    .prepare(
      `SELECT f.value FROM metric_value m JOIN feedback f ON f.id = m.feedback
       WHERE m.metric = ${METRIC_ID} AND m.type = ? AND m.target = ?`,
    )
    .get('demonstration', FEEDBACK_TYPE_CODES.demonstration, encodeId(decodeId(row['id'])))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the store's writer writes these
  return found === undefined ? null : (JSON.parse(readText(found, 'value')) as Json)
}
