import {
  bloom,
  BY_FUNCTION,
  type Column,
  DELETED,
  FINISH,
  FUNCTION_TYPE,
  NAME,
  SNAPSHOT,
  TAGS,
  timeOf,
  TOOLS,
  UPDATED,
  VERSIONED,
} from './contract-columns.ts'
import type { Table } from './ddl.ts'

/**
 * TensorZero's tables: their names, columns, types and order are a contract with those who query
 * them. We write what it would write. The state is that of its migration 53.
 */

/** The newest of TensorZero's own migrations that these definitions contain. */
export const NEWEST_CONTRACT_MIGRATION = 53

/** Those of its migrations that are left out in its own list. */
const GONE = new Set([1, 7, 10, 12, 13, 14, 23])

export const CONTRACT_MIGRATIONS: readonly number[] = Array.from(
  { length: NEWEST_CONTRACT_MIGRATION + 1 },
  (_, number) => number,
).filter((number) => !GONE.has(number))

const INFERENCE: readonly Column[] = [
  ['id', 'UUID'],
  ...BY_FUNCTION,
  ['episode_id', 'UUID'],
  ['input', 'String'],
  ['output', 'String'],
]
const INFERENCE_END: readonly Column[] = [
  ['inference_params', 'String'],
  ['processing_time_ms', 'Nullable(UInt32)'],
  timeOf('id'),
  TAGS,
  ['extra_body', 'Nullable(String)'],
  ['ttft_ms', 'Nullable(UInt32)'],
]

const inferences: readonly Table[] = [
  {
    name: 'ChatInference',
    columns: [...INFERENCE, ['tool_params', 'String'], ...INFERENCE_END, ...TOOLS, SNAPSHOT],
    engine: 'MergeTree',
    orderBy: '(function_name, variant_name, episode_id)',
    indexes: [bloom('inference_id_index', 'id')],
  },
  {
    name: 'JsonInference',
    columns: [
      ...INFERENCE,
      ['output_schema', 'String'],
      ...INFERENCE_END,
      ['auxiliary_content', 'String'],
      SNAPSHOT,
    ],
    engine: 'MergeTree',
    orderBy: '(function_name, variant_name, episode_id)',
    indexes: [bloom('inference_id_index', 'id')],
  },
  {
    name: 'ModelInference',
    columns: [
      ['id', 'UUID'],
      ['inference_id', 'UUID'],
      ['raw_request', 'String'],
      ['raw_response', 'String'],
      ['model_name', NAME],
      ['model_provider_name', NAME],
      ['input_tokens', 'Nullable(UInt32)'],
      ['output_tokens', 'Nullable(UInt32)'],
      ['response_time_ms', 'Nullable(UInt32)'],
      ['ttft_ms', 'Nullable(UInt32)'],
      timeOf('id'),
      ['system', 'Nullable(String)'],
      ['input_messages', 'String'],
      ['output', 'String'],
      ['cached', 'Bool DEFAULT false'],
      FINISH,
      SNAPSHOT,
      ['cost', 'Nullable(Decimal(18, 9))'],
      ['provider_cache_read_input_tokens', 'Nullable(UInt32)'],
      ['provider_cache_write_input_tokens', 'Nullable(UInt32)'],
      ['function_name', `${NAME} DEFAULT ''`],
      ['variant_name', `${NAME} DEFAULT ''`],
    ],
    engine: 'MergeTree',
    orderBy: 'inference_id',
    indexes: [bloom('id_index', 'id')],
  },
  {
    name: 'InferenceById',
    columns: [
      ['id_uint', 'UInt128'],
      ...BY_FUNCTION,
      ['episode_id', 'UUID'],
      FUNCTION_TYPE,
      SNAPSHOT,
    ],
    engine: 'ReplacingMergeTree',
    engineArguments: ['id_uint'],
    orderBy: 'id_uint',
  },
  {
    name: 'InferenceByEpisodeId',
    columns: [
      ['episode_id_uint', 'UInt128'],
      ['id_uint', 'UInt128'],
      ...BY_FUNCTION,
      FUNCTION_TYPE,
      SNAPSHOT,
    ],
    engine: 'ReplacingMergeTree',
    engineArguments: ['id_uint'],
    orderBy: '(episode_id_uint, id_uint)',
  },
  {
    name: 'EpisodeById',
    columns: [
      ['episode_id_uint', 'UInt128'],
      ['count', 'SimpleAggregateFunction(sum, UInt64)'],
      ['inference_ids', 'AggregateFunction(groupArray, UUID)'],
      ['min_inference_id_uint', 'SimpleAggregateFunction(min, UInt128)'],
      ['max_inference_id_uint', 'SimpleAggregateFunction(max, UInt128)'],
    ],
    engine: 'AggregatingMergeTree',
    orderBy: 'episode_id_uint',
  },
  {
    name: 'InferenceTag',
    columns: [
      ['function_name', NAME],
      ['key', 'String'],
      ['value', 'String'],
      ['inference_id', 'UUID'],
      SNAPSHOT,
    ],
    engine: 'MergeTree',
    orderBy: '(function_name, key, value)',
  },
  {
    name: 'TagInference',
    columns: [
      ['key', 'String'],
      ['value', 'String'],
      ...BY_FUNCTION,
      ['episode_id', 'UUID'],
      ['inference_id', 'UUID'],
      FUNCTION_TYPE,
      DELETED,
      UPDATED,
      SNAPSHOT,
    ],
    ...VERSIONED,
    orderBy: '(key, value, inference_id)',
    indexes: [bloom('inference_id_index', 'inference_id')],
  },
]

const DATAPOINT: readonly Column[] = [
  ['dataset_name', NAME],
  ['function_name', NAME],
  ['id', 'UUID'],
  ['episode_id', 'Nullable(UUID)'],
  ['input', 'String'],
  ['output', 'Nullable(String)'],
]
const DATAPOINT_END: readonly Column[] = [
  ['tags', 'Map(String, String)'],
  ['auxiliary', 'String'],
  DELETED,
  UPDATED,
  ['staled_at', "Nullable(DateTime64(6, 'UTC'))"],
  ['source_inference_id', 'Nullable(UUID)'],
  ['is_custom', 'Bool DEFAULT false'],
  ['name', 'Nullable(String)'],
]

const datasets: readonly Table[] = [
  {
    name: 'ChatInferenceDatapoint',
    columns: [...DATAPOINT, ['tool_params', 'String'], ...DATAPOINT_END, ...TOOLS, SNAPSHOT],
    ...VERSIONED,
    orderBy: '(dataset_name, function_name, id)',
    indexes: [bloom('id_index', 'id')],
  },
  {
    name: 'JsonInferenceDatapoint',
    columns: [...DATAPOINT, ['output_schema', 'String'], ...DATAPOINT_END, SNAPSHOT],
    ...VERSIONED,
    orderBy: '(dataset_name, function_name, id)',
    indexes: [bloom('id_index', 'id')],
  },
  {
    name: 'DynamicInContextLearningExample',
    columns: [
      ['id', 'UUID'],
      ...BY_FUNCTION,
      ['namespace', 'String'],
      ['input', 'String'],
      ['output', 'String'],
      ['embedding', 'Array(Float32)'],
      timeOf('id'),
    ],
    engine: 'MergeTree',
    orderBy: '(function_name, variant_name, namespace)',
  },
]

const batches: readonly Table[] = [
  {
    name: 'BatchModelInference',
    columns: [
      ['inference_id', 'UUID'],
      ['batch_id', 'UUID'],
      ...BY_FUNCTION,
      ['episode_id', 'UUID'],
      ['input', 'String'],
      ['input_messages', 'String'],
      ['system', 'Nullable(String)'],
      ['tool_params', 'Nullable(String)'],
      ['inference_params', 'String'],
      ['raw_request', 'String'],
      ['model_name', NAME],
      ['model_provider_name', NAME],
      ['output_schema', 'Nullable(String)'],
      TAGS,
      timeOf('inference_id'),
      ...TOOLS,
      SNAPSHOT,
    ],
    engine: 'MergeTree',
    orderBy: '(batch_id, inference_id)',
  },
  {
    name: 'BatchRequest',
    columns: [
      ['batch_id', 'UUID'],
      ['id', 'UUID'],
      ['batch_params', 'String'],
      ['model_name', NAME],
      ['model_provider_name', NAME],
      ['status', "Enum8('pending' = 1, 'completed' = 2, 'failed' = 3)"],
      ['errors', 'Array(String)'],
      timeOf('id'),
      ['raw_request', 'String'],
      ['raw_response', 'String'],
      ...BY_FUNCTION,
      SNAPSHOT,
    ],
    engine: 'MergeTree',
    orderBy: '(batch_id, id)',
  },
  {
    name: 'BatchIdByInferenceId',
    columns: [
      ['inference_id', 'UUID'],
      ['batch_id', 'UUID'],
    ],
    engine: 'MergeTree',
    orderBy: 'inference_id',
  },
]

export const INFERENCE_TABLES: readonly Table[] = [...inferences, ...datasets, ...batches]
