import type { Table } from './ddl.ts'
import { USAGE_COLUMNS } from '../usage-columns.ts'

/**
 * What Weir keeps that TensorZero's tables have no place for: the whole record of each request,
 * failed ones too, exact values of feedback, and documents. Weir reads only these.
 */

const NAME = 'LowCardinality(String)'
const NAME_OR_NULL = 'LowCardinality(Nullable(String))'
const ROUGH = { type: 'minmax', granularity: 1 } as const

/** The schema of the tables below. Raise it with every change, which must be one that adds. */
export const OWN_VERSION = 1

export const OWN_TABLES: readonly Table[] = [
  {
    name: 'WeirInference',
    columns: [
      // Microseconds since 1970 when it was written, a little more where two would be alike.
      ['seq', 'Int64 CODEC(Delta, ZSTD)'],
      ['id', 'String'],
      ['started_at', "DateTime64(3, 'UTC')"],
      ['episode_id', 'String'],
      ['dialect', NAME],
      ['response_id', 'Nullable(String)'],
      ['function_name', NAME],
      ['variant_name', NAME],
      ['requested_model', NAME],
      ['model', NAME_OR_NULL],
      ['provider', NAME_OR_NULL],
      ['stream', 'Bool'],
      ['outcome', NAME],
      ['status', 'Int64'],
      ['error', NAME_OR_NULL],
      ['error_message', 'Nullable(String)'],
      ['latency_us', 'Int64'],
      ['ttft_us', 'Nullable(Int64)'],
      ['input_tokens', 'Nullable(Int64)'],
      ['output_tokens', 'Nullable(Int64)'],
      ['cost_nano', 'Nullable(Int64)'],
      ['attempts', 'UInt32'],
      ['tags', 'Map(String, String)'],
      ['input_preview', 'String'],
      ['output_preview', 'String'],
      // JSON: the record without its texts, and its texts.
      ['facts', 'String CODEC(ZSTD(3))'],
      ['texts', 'String CODEC(ZSTD(3))'],
    ],
    engine: 'MergeTree',
    orderBy: 'seq',
    indexes: [
      { name: 'id_range', column: 'id', ...ROUGH },
      { name: 'id_bloom', column: 'id', type: 'bloom_filter', granularity: 1 },
      { name: 'started_range', column: 'started_at', ...ROUGH },
      { name: 'episode_bloom', column: 'episode_id', type: 'bloom_filter', granularity: 1 },
      { name: 'response_bloom', column: 'response_id', type: 'bloom_filter', granularity: 1 },
    ],
  },
  {
    // A row for each request, and one for each try at a provider.
    name: 'WeirUsage',
    columns: [
      ['level', NAME],
      ['at', "DateTime64(3, 'UTC')"],
      ['id', 'String'],
      ['inference_id', 'String'],
      ['function_name', NAME],
      ['variant_name', NAME],
      ['model', NAME_OR_NULL],
      ['provider', NAME_OR_NULL],
      ['ending', NAME],
      ['error', NAME_OR_NULL],
      ...Object.values(USAGE_COLUMNS).map((column) => [column, 'Nullable(Int64)'] as const),
      ['input_tokens', 'Nullable(Int64)'],
      ['output_tokens', 'Nullable(Int64)'],
      ['cost_nano', 'Nullable(Int64)'],
      ['latency_us', 'Int64'],
      ['ttft_us', 'Nullable(Int64)'],
    ],
    engine: 'MergeTree',
    orderBy: '(level, at)',
    indexes: [{ name: 'id_bloom', column: 'id', type: 'bloom_filter', granularity: 1 }],
  },
  {
    name: 'WeirFeedback',
    columns: [
      ['target_id', 'String'],
      ['id', 'String'],
      ['at', "DateTime64(3, 'UTC')"],
      ['level', NAME],
      ['type', NAME],
      ['metric_name', NAME],
      // JSON
      ['value', 'String'],
      ['tags', 'Map(String, String)'],
      ['config_hash', NAME],
    ],
    engine: 'MergeTree',
    orderBy: '(target_id, id)',
    indexes: [{ name: 'id_bloom', column: 'id', type: 'bloom_filter', granularity: 1 }],
  },
  {
    name: 'WeirDocument',
    columns: [
      ['collection', NAME],
      ['key', 'String'],
      // JSON
      ['value', 'String CODEC(ZSTD(1))'],
      ['version', 'Int64'],
      ['is_deleted', 'UInt8'],
    ],
    engine: 'ReplacingMergeTree',
    engineArguments: ['version', 'is_deleted'],
    orderBy: '(collection, key)',
    granularity: 256,
  },
  {
    name: 'WeirMigration',
    columns: [
      ['version', 'UInt32'],
      ['applied_at', "DateTime64(3, 'UTC') DEFAULT now64(3)"],
    ],
    engine: 'MergeTree',
    orderBy: 'version',
  },
]
