import { zstdCompressSync } from 'node:zlib'
import type pg from 'pg'
import type { AttemptRecord, InferenceRecord } from '../../domain/record.ts'
import { totalInput, totalOutput, type Usage } from '../../domain/usage.ts'
import { ZSTD_OPTIONS } from '../sqlite/segment.ts'
import { payloadOf } from '../sqlite/payload.ts'
import { whole, wholeOrNull } from '../row.ts'
import { USAGE_BUCKETS, USAGE_COLUMNS } from '../usage-columns.ts'
import { BulkInsert, type Column } from './bulk.ts'
import { encodeTags, encodeText, encodeTextOrNull } from './text.ts'

/** Dates that PostgreSQL and ISO 8601 write alike. */
const LAST_MS = Date.UTC(9999, 11, 31)

export function timeOf({ startedAt }: InferenceRecord): number {
  return Number.isNaN(startedAt) ? 0 : Math.max(0, Math.min(LAST_MS, whole(startedAt)))
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

function usageColumns<Row>(of: (row: Row) => Usage | null): Column<Row>[] {
  const buckets = USAGE_BUCKETS.map((bucket): Column<Row> => {
    return [USAGE_COLUMNS[bucket], 'bigint', (row) => wholeOrNull(of(row)?.[bucket] ?? null)]
  })
  return [['usage_told', 'boolean', (row) => of(row) !== null], ...buckets]
}

const INFERENCES = new BulkInsert<InferenceRecord>(
  'weir.inference',
  [
    ['id', 'text', (record) => encodeText(record.id)],
    ['started_at', 'timestamptz', (record) => isoTime(timeOf(record))],
    ['episode_id', 'text', (record) => encodeText(record.episodeId)],
    ['dialect', 'text', (record) => encodeText(record.dialect)],
    ['response_id', 'text', (record) => encodeTextOrNull(record.responseId)],
    ['function_name', 'text', (record) => encodeText(record.functionName)],
    ['variant_name', 'text', (record) => encodeText(record.variantName)],
    ['requested_model', 'text', (record) => encodeText(record.requestedModel)],
    ['model', 'text', (record) => encodeTextOrNull(record.model)],
    ['provider', 'text', (record) => encodeTextOrNull(record.attempts.at(-1)?.provider)],
    ['stream', 'boolean', (record) => record.stream],
    ['outcome', 'text', (record) => record.outcome],
    ['status', 'integer', (record) => whole(record.status)],
    ['error', 'text', (record) => record.error],
    ['error_message', 'text', (record) => encodeTextOrNull(record.errorMessage)],
    ['latency_us', 'bigint', (record) => whole(record.latencyUs)],
    ['overhead_us', 'bigint', (record) => whole(record.overheadUs)],
    ['ttft_us', 'bigint', (record) => wholeOrNull(record.ttftUs)],
    ['finish', 'text', (record) => record.finish],
    ...usageColumns<InferenceRecord>((record) => record.usage),
    ['input_tokens', 'bigint', ({ usage }) => wholeOrNull(usage && totalInput(usage))],
    ['output_tokens', 'bigint', ({ usage }) => wholeOrNull(usage && totalOutput(usage))],
    ['cost_nano', 'bigint', (record) => wholeOrNull(record.costNano)],
    ['config_hash', 'text', (record) => encodeText(record.configHash)],
    ['attempts', 'integer', (record) => record.attempts.length],
    ['cached', 'boolean', (record) => record.attempts.at(-1)?.cached ?? false],
    ['tags', 'jsonb', (record) => encodeTags(record.tags)],
    ['input_preview', 'text', (record) => encodeText(record.inputPreview)],
    ['output_preview', 'text', (record) => encodeText(record.outputPreview)],
  ],
  'ON CONFLICT DO NOTHING RETURNING id',
)

interface AttemptOf {
  readonly record: InferenceRecord
  readonly attempt: AttemptRecord
  readonly position: number
}

const ATTEMPTS = new BulkInsert<AttemptOf>('weir.attempt', [
  ['inference_id', 'text', ({ record }) => encodeText(record.id)],
  ['started_at', 'timestamptz', ({ record }) => isoTime(timeOf(record))],
  ['position', 'integer', ({ position }) => position],
  ['id', 'text', ({ attempt }) => encodeText(attempt.id)],
  ['number', 'integer', ({ attempt }) => whole(attempt.number)],
  ['reason', 'text', ({ attempt }) => attempt.reason],
  ['provider', 'text', ({ attempt }) => encodeText(attempt.provider)],
  ['provider_type', 'text', ({ attempt }) => encodeText(attempt.providerType)],
  ['model', 'text', ({ attempt }) => encodeTextOrNull(attempt.model)],
  ['variant', 'text', ({ attempt }) => encodeTextOrNull(attempt.variant)],
  ['cached', 'boolean', ({ attempt }) => attempt.cached ?? false],
  ['upstream_model', 'text', ({ attempt }) => encodeText(attempt.upstreamModel)],
  ['url', 'text', ({ attempt }) => encodeText(attempt.url)],
  ['status', 'integer', ({ attempt }) => wholeOrNull(attempt.status)],
  ['error', 'text', ({ attempt }) => attempt.error],
  ['error_message', 'text', ({ attempt }) => encodeTextOrNull(attempt.errorMessage)],
  ['started_us', 'bigint', ({ attempt }) => whole(attempt.startedUs)],
  ['head_us', 'bigint', ({ attempt }) => wholeOrNull(attempt.headUs)],
  ['ttft_us', 'bigint', ({ attempt }) => wholeOrNull(attempt.ttftUs)],
  ['ended_us', 'bigint', ({ attempt }) => whole(attempt.endedUs)],
  ['bytes_out', 'bigint', ({ attempt }) => whole(attempt.bytesOut)],
  ['bytes_in', 'bigint', ({ attempt }) => whole(attempt.bytesIn)],
  ['reused_socket', 'boolean', ({ attempt }) => attempt.reusedSocket],
  ['stale_retry', 'boolean', ({ attempt }) => attempt.staleRetry],
  ['may_have_been_billed', 'boolean', ({ attempt }) => attempt.mayHaveBeenBilled],
  ...usageColumns<AttemptOf>(({ attempt }) => attempt.usage),
  ['usage_source', 'text', ({ attempt }) => attempt.usageSource],
  ['cost_nano', 'bigint', ({ attempt }) => wholeOrNull(attempt.costNano)],
  ['cost_source', 'text', ({ attempt }) => attempt.costSource ?? null],
  ['finish', 'text', ({ attempt }) => attempt.finish],
  ['finish_raw', 'text', ({ attempt }) => encodeTextOrNull(attempt.finishRaw)],
])

/** The frames lie one after another in one parameter: as bytes, not as hexadecimal text. */
const PAYLOADS = `
  INSERT INTO weir.payload (inference_id, started_at, frame)
  SELECT id, started_at, substring($5::bytea FROM start FOR length)
  FROM unnest($1::text[], $2::timestamptz[], $3::integer[], $4::integer[])
    AS of (id, started_at, start, length)`

/** Writes those that are not there yet, whole, and returns them. Part of a transaction. */
export async function insertRecords(
  client: pg.ClientBase,
  records: readonly InferenceRecord[],
): Promise<InferenceRecord[]> {
  const unique = [...new Map(records.toReversed().map((record) => [record.id, record])).values()]
  const rows = await INFERENCES.run(client, unique.toReversed())
  const made = new Set(rows.map(({ id }) => id))
  const fresh = unique.toReversed().filter(({ id }) => made.has(encodeText(id)))
  const attempts = fresh.flatMap((record) =>
    record.attempts.map((attempt, position) => ({ record, attempt, position })),
  )
  await ATTEMPTS.run(client, attempts)
  await insertPayloads(client, fresh)
  return fresh
}

async function insertPayloads(
  client: pg.ClientBase,
  records: readonly InferenceRecord[],
): Promise<void> {
  if (records.length === 0) return
  const frames = records.map((record) =>
    zstdCompressSync(JSON.stringify(payloadOf(record)), ZSTD_OPTIONS),
  )
  let next = 1
  const starts = frames.map(({ length }) => {
    const start = next
    next += length
    return start
  })
  await client.query(PAYLOADS, [
    records.map(({ id }) => encodeText(id)),
    records.map((record) => isoTime(timeOf(record))),
    starts,
    frames.map(({ length }) => length),
    Buffer.concat(frames),
  ])
}
