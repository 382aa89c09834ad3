import { BATCH_DIALECT } from '../../domain/record.ts'
import type { Connection, Limits } from './connection.ts'
import { NOT_WAITED } from './usage.ts'

/**
 * Copies what TensorZero recorded into our own tables, once: its rows stay where they are. Texts are
 * not copied: an inference without texts of its own is read from where it stands.
 */
export async function takeOver(connection: Connection, limits: Limits): Promise<void> {
  for (const statement of [...INFERENCES, ...USAGE, ...FEEDBACK]) {
    await connection.command(statement, limits)
  }
}

const MODELS = `
  SELECT inference_id, count() AS model_inferences, any(model_name) AS model_name, any(model_provider_name) AS provider_name,
    sum(input_tokens) AS input_sum, sum(output_tokens) AS output_sum,
    toInt64(sum(cost) * 1000000000) AS cost_sum
  FROM ModelInference GROUP BY inference_id`

/** Only what was asked in a batch took no time. */
const DIALECT = `if(i.processing_time_ms IS NULL, '${BATCH_DIALECT}', 'tensorzero.inference')`

/** Its place in the order of arrival is the time that its id carries. */
const INFERENCES = ['ChatInference', 'JsonInference'].map(
  (table) => `
  INSERT INTO WeirInference (seq, id, started_at, episode_id, dialect, function_name, variant_name,
    requested_model, model, provider, stream, outcome, status, latency_us, ttft_us, input_tokens,
    output_tokens, cost_nano, attempts, tags, input_preview, output_preview, facts, texts)
  SELECT toUnixTimestamp64Milli(UUIDv7ToDateTime(i.id)) * 1000 + rowNumberInAllBlocks() % 1000,
    toString(i.id), UUIDv7ToDateTime(i.id), toString(i.episode_id), ${DIALECT},
    i.function_name, i.variant_name, m.model_name, m.model_name, m.provider_name,
    i.ttft_ms IS NOT NULL, 'ok', 200, toInt64(ifNull(i.processing_time_ms, 0)) * 1000,
    toInt64(i.ttft_ms) * 1000, toInt64(m.input_sum), toInt64(m.output_sum), m.cost_sum, m.model_inferences, i.tags,
    substringUTF8(i.input, 1, 200), substringUTF8(i.output, 1, 200), '', ''
  FROM ${table} AS i LEFT JOIN (${MODELS}) AS m ON m.inference_id = i.id
  WHERE toString(i.id) NOT IN (SELECT id FROM WeirInference)`,
)

const USAGE = [
  ...['ChatInference', 'JsonInference'].map(
    (table) => `
  INSERT INTO WeirUsage (level, at, id, inference_id, function_name, variant_name, model, provider,
    ending, input_tokens, output_tokens, cost_nano, latency_us, ttft_us)
  SELECT 'inference', UUIDv7ToDateTime(i.id), toString(i.id), toString(i.id), i.function_name,
    i.variant_name, m.model_name, m.provider_name, 'ok', toInt64(m.input_sum),
    toInt64(m.output_sum), m.cost_sum, ifNull(toInt64(i.processing_time_ms) * 1000, ${NOT_WAITED}),
    toInt64(i.ttft_ms) * 1000
  FROM ${table} AS i LEFT JOIN (${MODELS}) AS m ON m.inference_id = i.id
  WHERE toString(i.id) NOT IN (SELECT id FROM WeirUsage)`,
  ),
  `
  INSERT INTO WeirUsage (level, at, id, inference_id, function_name, variant_name, model, provider,
    ending, usage_cache_read, input_tokens, output_tokens, cost_nano, latency_us, ttft_us)
  SELECT 'attempt', UUIDv7ToDateTime(m.id), concat(toString(m.inference_id), '/', toString(m.id)),
    toString(m.inference_id), i.function_name, i.variant_name, m.model_name, m.model_provider_name,
    if(m.cached, 'cached', 'ok'), toInt64(m.provider_cache_read_input_tokens),
    toInt64(m.input_tokens), toInt64(m.output_tokens), toInt64(m.cost * 1000000000),
    ifNull(toInt64(m.response_time_ms) * 1000, ${NOT_WAITED}), toInt64(m.ttft_ms) * 1000
  FROM ModelInference AS m INNER JOIN InferenceById AS i ON i.id_uint = toUInt128(m.inference_id)
  WHERE concat(toString(m.inference_id), '/', toString(m.id)) NOT IN (SELECT id FROM WeirUsage)`,
]

interface Source {
  readonly table: string
  readonly target: string
  readonly level: string
  readonly type: string
  readonly metric: string
  readonly value: string
}

const LEVEL = `if(toUInt128(target_id) IN (SELECT id_uint FROM InferenceById), 'inference', 'episode')`

const SOURCES: readonly Source[] = [
  {
    table: 'BooleanMetricFeedback',
    target: 'target_id',
    level: LEVEL,
    type: 'boolean',
    metric: 'metric_name',
    value: 'toJSONString(value)',
  },
  {
    table: 'FloatMetricFeedback',
    target: 'target_id',
    level: LEVEL,
    type: 'float',
    metric: 'metric_name',
    value: 'toJSONString(value)',
  },
  {
    table: 'CommentFeedback',
    target: 'target_id',
    level: 'toString(target_type)',
    type: 'comment',
    metric: "'comment'",
    value: 'toJSONString(value)',
  },
  {
    table: 'DemonstrationFeedback',
    target: 'inference_id',
    level: "'inference'",
    type: 'demonstration',
    metric: "'demonstration'",
    value: 'value',
  },
]

const FEEDBACK = SOURCES.map(
  ({ table, target, level, type, metric, value }) => `
  INSERT INTO WeirFeedback (target_id, id, at, level, type, metric_name, value, tags, config_hash)
  SELECT toString(${target}), toString(id), UUIDv7ToDateTime(id), ${level}, '${type}', ${metric},
    ${value}, tags, ifNull(toString(snapshot_hash), '')
  FROM ${table} WHERE toString(id) NOT IN (SELECT id FROM WeirFeedback)`,
)
