import { OUTCOMES } from '../../domain/record.ts'
import { USAGE_COLUMNS } from '../usage-columns.ts'
import { OUTCOME_CODES } from './hot-schema.ts'

const OUTCOME = `CASE i.outcome ${OUTCOMES.map((name) => `WHEN ${OUTCOME_CODES[name]} THEN '${name}'`).join(' ')} END`

const uuid = (column: string) => {
  const hex = `lower(hex(${column}))`
  const cuts = [
    [1, 8],
    [9, 4],
    [13, 4],
    [17, 4],
    [21, 12],
  ]
  const text = cuts
    .map(([start, length]) => `substr(${hex}, ${start}, ${length})`)
    .join(` || '-' || `)
  return `CASE typeof(${column}) WHEN 'blob' THEN ${text} ELSE ${column} END`
}

const name = (column: string) => `(SELECT name FROM dim WHERE dim.id = ${column})`

const usage = (table: string) =>
  Object.values(USAGE_COLUMNS)
    .map((column) => `${table}.${column} AS ${column.replace('usage_', 'tokens_')}`)
    .join(', ')

/** What `weir query` shows of the tables, under names that stay the same: created on the fly. */
export const VIEWS: Readonly<Record<string, string>> = {
  inferences: `
    SELECT i.seq, ${uuid('i.id')} AS id, ${uuid('i.episode_id')} AS episode_id,
      i.started_at AS started_ms, strftime('%Y-%m-%dT%H:%M:%fZ', i.started_at / 1000.0, 'unixepoch')
        AS started_at,
      ${name('i.function')} AS function_name, ${name('i.variant')} AS variant_name,
      ${name('i.model')} AS model, ${name('i.requested_model')} AS requested_model,
      ${name('i.provider')} AS provider, ${name('i.dialect')} AS dialect, i.stream,
      ${OUTCOME} AS outcome, i.status, ${name('i.error')} AS error, i.error_message,
      i.latency_us / 1000.0 AS latency_ms, i.ttft_us / 1000.0 AS ttft_ms,
      i.overhead_us / 1000.0 AS overhead_ms, ${name('i.finish')} AS finish_reason,
      i.input_tokens, i.output_tokens, ${usage('i')}, i.cost_nano / 1e9 AS cost_usd, i.tags,
      i.attempts, i.input_preview, i.output_preview
    FROM main.inference i`,
  model_inferences: `
    SELECT a.seq, ${uuid('a.id')} AS id, ${uuid('i.id')} AS inference_id, a.number,
      ${name('a.reason')} AS reason, ${name('a.model')} AS model, ${name('a.provider')} AS provider,
      ${name('a.provider_type')} AS provider_type, ${name('a.upstream_model')} AS upstream_model,
      ${name('a.url')} AS url, a.status, ${name('a.error')} AS error, a.error_message,
      (a.ended_us - a.started_us) / 1000.0 AS latency_ms,
      (a.ttft_us - a.started_us) / 1000.0 AS ttft_ms, a.cached, ${usage('a')},
      a.cost_nano / 1e9 AS cost_usd, ${name('a.finish')} AS finish_reason
    FROM main.attempt a JOIN main.inference i ON i.seq = a.seq`,
  feedback: `
    SELECT ${uuid('f.id')} AS id, f.at AS at_ms, ${uuid('f.target')} AS target_id,
      CASE f.level WHEN 1 THEN 'episode' ELSE 'inference' END AS level,
      ${name('f.metric')} AS metric_name, f.value, f.tags
    FROM main.feedback f`,
  tags: `
    SELECT t.seq, ${uuid('i.id')} AS inference_id, kv.key, kv.value
    FROM main.tag t JOIN main.tagkv kv ON kv.id = t.kv JOIN main.inference i ON i.seq = t.seq`,
  hours: `
    SELECT CASE r.level WHEN 1 THEN 'model_inference' ELSE 'inference' END AS level,
      r.hour * 3600000 AS hour_ms, ${name('r.function')} AS function_name,
      ${name('r.variant')} AS variant_name, ${name('r.model')} AS model,
      ${name('r.provider')} AS provider,
      CASE r.ending WHEN 0 THEN 'ok' WHEN 1 THEN 'failed' ELSE 'cached' END AS ending, r.n,
      r.input_tokens, r.output_tokens, r.cost_nano / 1e9 AS cost_usd, r.costed
    FROM main.rollup r`,
  documents: 'SELECT collection, key, value FROM main.document',
}
