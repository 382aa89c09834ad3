import {
  bloom,
  BY_FUNCTION,
  DELETED,
  FINISH,
  NAME,
  SNAPSHOT,
  TAGS,
  VERSIONED,
} from './contract-columns.ts'
import type { Table } from './ddl.ts'

/** TensorZero orders a table of one row by this column. */
const ANCHOR = ['dum', 'my'].join('')

/** TensorZero's other tables: sums, runs of evaluations, the cache, configuration. */

/** Which quantiles its digests are asked for: dense at both ends, by 2 % in the middle. */
const hundredths = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) / 100)
const thousandths = Array.from({ length: 9 }, (_, index) => (991 + index) / 1000)

export const QUANTILES: string = [
  0.001,
  0.005,
  ...hundredths(1, 9, 1),
  ...hundredths(10, 90, 2),
  ...hundredths(91, 99, 1),
  ...thousandths,
].join(', ')

const DIGEST = `AggregateFunction(quantilesTDigest(${QUANTILES}), Nullable(UInt32))`
const SUM = 'AggregateFunction(sum, Nullable(UInt32))'
const COST = 'Nullable(Decimal(18, 9))'

const STATISTICS = [
  ['ttft_ms_quantiles', DIGEST],
  ['total_input_tokens', SUM],
  ['total_output_tokens', SUM],
  ['count', 'AggregateFunction(count, UInt32)'],
  ['total_cost', `AggregateFunction(sum, ${COST})`],
  ['total_provider_cache_read_input_tokens', SUM],
  ['total_provider_cache_write_input_tokens', SUM],
  ['count_with_cost', `AggregateFunction(count, ${COST})`],
] as const

const RUN = [
  ['run_id_uint', 'UInt128'],
  ['variant_pins', 'Map(String, String)'],
  ['tags', 'Map(String, String)'],
] as const
const RUN_END = [
  ['run_display_name', 'Nullable(String)'],
  DELETED,
  ['updated_at', "DateTime64(6, 'UTC') DEFAULT now()"],
  SNAPSHOT,
] as const
const EPISODE = [
  ['episode_id_uint', 'UInt128'],
  ['variant_pins', 'Map(String, String)'],
  ['datapoint_name', 'Nullable(String)'],
  ['tags', 'Map(String, String)'],
  DELETED,
  ['updated_at', "DateTime64(6, 'UTC') DEFAULT now()"],
  SNAPSHOT,
] as const

export const STATISTICS_TABLES: readonly Table[] = [
  {
    name: 'CumulativeUsage',
    columns: [
      ['type', NAME],
      ['count', 'UInt64'],
    ],
    engine: 'SummingMergeTree',
    orderBy: 'type',
  },
  {
    name: 'ModelProviderStatistics',
    columns: [
      ['model_name', NAME],
      ['model_provider_name', NAME],
      ['minute', 'DateTime'],
      ['response_time_ms_quantiles', DIGEST],
      ...STATISTICS,
    ],
    engine: 'AggregatingMergeTree',
    orderBy: '(model_name, model_provider_name, minute)',
  },
  {
    name: 'VariantStatistics',
    columns: [
      ...BY_FUNCTION,
      ['minute', 'DateTime'],
      ['processing_time_ms_quantiles', DIGEST],
      ...STATISTICS,
    ],
    engine: 'AggregatingMergeTree',
    orderBy: '(function_name, variant_name, minute)',
  },
  {
    name: 'ModelInferenceCache',
    columns: [
      ['short_cache_key', 'UInt64'],
      ['long_cache_key', 'FixedString(64)'],
      ['timestamp', 'DateTime DEFAULT now()'],
      ['output', 'String'],
      ['raw_request', 'String'],
      ['raw_response', 'String'],
      DELETED,
      ['input_tokens', 'Nullable(UInt32)'],
      ['output_tokens', 'Nullable(UInt32)'],
      FINISH,
    ],
    engine: 'ReplacingMergeTree',
    engineArguments: ['timestamp', 'is_deleted'],
    partitionBy: 'toYYYYMM(timestamp)',
    primaryKey: '(short_cache_key)',
    orderBy: '(short_cache_key, long_cache_key)',
    indexes: [bloom('idx_long_cache_key', 'long_cache_key', 100)],
    granularity: 256,
  },
  {
    name: 'ConfigSnapshot',
    columns: [
      ['config', 'String'],
      ['extra_templates', 'Map(String, String)'],
      ['hash', 'UInt256'],
      ['tensorzero_version', 'String'],
      ['created_at', 'DateTime64(6) DEFAULT now()'],
      ['last_used', 'DateTime64(6) DEFAULT now()'],
      TAGS,
    ],
    engine: 'ReplacingMergeTree',
    engineArguments: ['last_used'],
    orderBy: 'hash',
    granularity: 256,
  },
  {
    name: 'DeploymentID',
    columns: [
      ['deployment_id', 'String'],
      [ANCHOR, 'UInt32 DEFAULT 0'],
      ['created_at', 'DateTime DEFAULT now()'],
      ['version_number', 'UInt32 DEFAULT 4294967295 - toUInt32(now())'],
    ],
    engine: 'ReplacingMergeTree',
    engineArguments: ['version_number'],
    orderBy: ANCHOR,
  },
  {
    name: 'DynamicEvaluationRun',
    columns: [...RUN, ['project_name', 'Nullable(String)'], ...RUN_END],
    ...VERSIONED,
    orderBy: 'run_id_uint',
  },
  {
    name: 'DynamicEvaluationRunByProjectName',
    columns: [...RUN, ['project_name', 'String'], ...RUN_END],
    ...VERSIONED,
    orderBy: '(project_name, run_id_uint)',
  },
  {
    name: 'DynamicEvaluationRunEpisode',
    columns: [['run_id', 'UUID'], ...EPISODE],
    ...VERSIONED,
    orderBy: 'episode_id_uint',
  },
  {
    name: 'DynamicEvaluationRunEpisodeByRunId',
    columns: [['run_id_uint', 'UInt128'], ...EPISODE],
    ...VERSIONED,
    orderBy: '(run_id_uint, episode_id_uint)',
  },
  {
    name: 'InferenceEvaluationRuns',
    columns: [
      ['run_id_uint', 'UInt128'],
      ['evaluation_name', 'String'],
      ['function_name', 'String'],
      ['function_type', NAME],
      ['dataset_name', 'String'],
      ['variant_names', 'Array(String)'],
      ['metrics', 'String'],
      ['source', NAME],
      ['snapshot_hash', 'Nullable(String)'],
      ['created_at', "DateTime64(3, 'UTC')"],
      ['updated_at', "DateTime64(3, 'UTC')"],
    ],
    engine: 'ReplacingMergeTree',
    engineArguments: ['updated_at'],
    orderBy: '(run_id_uint)',
  },
  {
    name: 'TensorZeroMigration',
    columns: [
      ['migration_id', 'UInt32'],
      ['migration_name', 'String'],
      ['gateway_version', 'String'],
      ['gateway_git_sha', 'String'],
      ['applied_at', "DateTime64(6, 'UTC') DEFAULT now()"],
      ['execution_time_ms', 'UInt64'],
      ['extra_data', 'Nullable(String)'],
    ],
    engine: 'MergeTree',
    orderBy: 'migration_id',
  },
]
