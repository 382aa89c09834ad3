import type { SourceKind } from './source.ts'

/** By the name they get: the column it takes, and how it is asked for. */
export type Columns = Readonly<Record<string, readonly [column: string, expression: string]>>

/** A table of TensorZero's in ClickHouse, and how its rows come page by page. */
export interface Shape {
  readonly table: string
  /** Rows that replace each other: only the last one counts. */
  readonly final: boolean
  readonly id: string
  /** UUIDs are compared as numbers: ClickHouse's own order of them is another. */
  readonly order: string
  readonly after: string
  readonly columns: Columns
  /** Rows say of an id what it is good for, but not what it is an id of. */
  readonly targets?: true
}

const plain = (...names: readonly string[]): Columns =>
  Object.fromEntries(names.map((name) => [name, [name, name]] as const))
const text = (column: string) => [column, `toString(${column})`] as const
const ms = (column: string) => [column, `toUnixTimestamp64Milli(${column})`] as const
/** The same as UUIDs have, from the number they are. */
const uuid = (column: string) =>
  [
    column,
    `toString(reinterpretAsUUID(concat(substring(reinterpretAsString(${column}), 9, 8),
      substring(reinterpretAsString(${column}), 1, 8))))`,
  ] as const

const SNAPSHOT = { snapshot: text('snapshot_hash') }
const TOOLS = plain(
  'tool_params',
  'dynamic_tools',
  'dynamic_provider_tools',
  'allowed_tools',
  'tool_choice',
  'parallel_tool_calls',
)

const INFERENCE: Columns = {
  key: text('id'),
  episode: text('episode_id'),
  ...plain('function_name', 'variant_name', 'input', 'output', 'inference_params', 'extra_body'),
  ...plain('processing_time_ms', 'ttft_ms', 'tags'),
  ...SNAPSHOT,
}

/** What is asked of each inference of a page. */
export const DETAILS: Readonly<Record<'chat' | 'json', Columns>> = {
  chat: { ...INFERENCE, ...TOOLS },
  json: { ...INFERENCE, ...plain('output_schema', 'auxiliary_content') },
}

export const CALLS: Columns = {
  key: text('id'),
  inference: text('inference_id'),
  ...plain('raw_request', 'raw_response', 'model_name', 'model_provider_name', 'variant_name'),
  ...plain('input_tokens', 'output_tokens', 'response_time_ms', 'ttft_ms', 'system'),
  ...plain('provider_cache_read_input_tokens', 'provider_cache_write_input_tokens'),
  ...plain('input_messages', 'output', 'cached', 'finish_reason'),
  cost: text('cost'),
}

const BY_ID = { id: 'id', order: 'toUInt128(id)', after: 'toUInt128(toUUID({after: String}))' }

function idShape(table: string, columns: Columns, more: { final?: true; targets?: true } = {}) {
  const { final = false, ...rest } = more
  return [{ table, final, ...BY_ID, columns: { key: text('id'), ...columns }, ...rest }]
}

function uintShape(table: string, id: string, columns: Columns): readonly Shape[] {
  return [{ table, final: true, ...BY_ID, id, order: id, columns: { key: uuid(id), ...columns } }]
}

const SAID = { ...plain('value', 'tags'), ...SNAPSHOT }
const METRIC = { target: text('target_id'), ...plain('metric_name'), ...SAID }
const DATAPOINT = {
  episode: text('episode_id'),
  source: text('source_inference_id'),
  ...plain('dataset_name', 'function_name', 'input', 'output', 'tags', 'is_custom', 'name'),
  staled_ms: ms('staled_at'),
  updated_ms: ms('updated_at'),
  ...SNAPSHOT,
}

export const SHAPES: Readonly<Record<SourceKind, readonly Shape[]>> = {
  config_snapshots: [
    {
      table: 'ConfigSnapshot',
      final: true,
      id: 'hash',
      order: 'hash',
      after:
        "reinterpretAsUInt256(reverse(unhex(leftPad(substring({after: String}, 3), 64, '0'))))",
      columns: {
        key: ['hash', "concat('0x', lower(hex(hash)))"],
        ...plain('config', 'extra_templates', 'tags'),
        created_ms: ['created_at', 'toUnixTimestamp64Milli(created_at)'],
        used_ms: ['last_used', 'toUnixTimestamp64Milli(last_used)'],
      },
    },
  ],
  workflow_runs: uintShape(
    'DynamicEvaluationRun',
    'run_id_uint',
    plain('variant_pins', 'tags', 'project_name', 'run_display_name'),
  ),
  workflow_episodes: uintShape('DynamicEvaluationRunEpisode', 'episode_id_uint', {
    run: text('run_id'),
    task_name: ['datapoint_name', 'datapoint_name'],
    ...plain('tags'),
  }),
  inferences: [...idShape('ChatInference', {}), ...idShape('JsonInference', {})],
  boolean_feedback: idShape('BooleanMetricFeedback', METRIC, { targets: true }),
  float_feedback: idShape('FloatMetricFeedback', METRIC, { targets: true }),
  comments: idShape('CommentFeedback', {
    target: text('target_id'),
    level: text('target_type'),
    ...SAID,
  }),
  demonstrations: idShape('DemonstrationFeedback', {
    target: text('inference_id'),
    level: ['inference_id', "'inference'"],
    ...SAID,
  }),
  chat_datapoints: idShape('ChatInferenceDatapoint', { ...DATAPOINT, ...TOOLS }, { final: true }),
  json_datapoints: idShape(
    'JsonInferenceDatapoint',
    { ...DATAPOINT, ...plain('output_schema') },
    { final: true },
  ),
  examples: idShape(
    'DynamicInContextLearningExample',
    plain('function_name', 'variant_name', 'namespace', 'input', 'output', 'embedding'),
  ),
}
