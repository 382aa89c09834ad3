import {
  bloom,
  BY_FUNCTION,
  type Column,
  NAME,
  SNAPSHOT,
  TAGS,
  timeOf,
} from './contract-columns.ts'
import type { Table } from './ddl.ts'

/** TensorZero's tables of what is said of answers. */

/** One kind of feedback: its table, and the same rows in the order of what they are about. */
function feedbackTables(
  name: string,
  of: { readonly target: string; readonly columns: readonly Column[]; readonly orderBy: string },
): Table[] {
  const ids: readonly Column[] = [['id', 'UUID'], [of.target, 'UUID'], ...of.columns]
  return [
    {
      name,
      columns: [...ids, timeOf('id'), TAGS, SNAPSHOT],
      engine: 'MergeTree',
      orderBy: of.orderBy,
      indexes: [bloom('id_index', 'id')],
    },
    {
      name: `${name}By${of.target === 'target_id' ? 'TargetId' : 'InferenceId'}`,
      columns: [...ids, ['tags', 'Map(String, String)'], SNAPSHOT],
      engine: 'MergeTree',
      orderBy: of.target,
    },
  ]
}

const metricTables = (name: string, type: string): Table[] => [
  ...feedbackTables(name, {
    target: 'target_id',
    columns: [
      ['metric_name', NAME],
      ['value', type],
    ],
    orderBy: '(metric_name, target_id)',
  }),
  {
    name: `${name}ByVariant`,
    columns: [
      ...BY_FUNCTION,
      ['metric_name', NAME],
      ['id_uint', 'UInt128'],
      ['target_id_uint', 'UInt128'],
      ['value', type],
      ['feedback_tags', 'Map(String, String)'],
      SNAPSHOT,
    ],
    engine: 'MergeTree',
    orderBy: '(function_name, metric_name, variant_name, id_uint)',
  },
]

export const FEEDBACK_TABLES: readonly Table[] = [
  ...metricTables('BooleanMetricFeedback', 'Bool'),
  ...metricTables('FloatMetricFeedback', 'Float32'),
  ...feedbackTables('CommentFeedback', {
    target: 'target_id',
    columns: [
      ['target_type', "Enum8('inference' = 1, 'episode' = 2)"],
      ['value', 'String'],
    ],
    orderBy: 'target_id',
  }),
  ...feedbackTables('DemonstrationFeedback', {
    target: 'inference_id',
    columns: [['value', 'String']],
    orderBy: 'inference_id',
  }),
  {
    name: 'FeedbackTag',
    columns: [
      ['metric_name', NAME],
      ['key', 'String'],
      ['value', 'String'],
      ['feedback_id', 'UUID'],
      SNAPSHOT,
    ],
    engine: 'MergeTree',
    orderBy: '(metric_name, key, value)',
  },
  {
    name: 'FeedbackByVariantStatistics',
    columns: [
      ...BY_FUNCTION,
      ['metric_name', NAME],
      ['minute', 'DateTime'],
      ['feedback_mean', 'AggregateFunction(avg, Float32)'],
      ['feedback_variance', 'AggregateFunction(varSampStable, Float32)'],
      ['count', 'SimpleAggregateFunction(sum, UInt64)'],
    ],
    engine: 'AggregatingMergeTree',
    orderBy: '(function_name, metric_name, variant_name, minute)',
  },
  {
    name: 'StaticEvaluationHumanFeedback',
    columns: [
      ['metric_name', NAME],
      ['datapoint_id', 'UUID'],
      ['output', 'String'],
      ['value', 'String'],
      ['feedback_id', 'UUID'],
      ['evaluator_inference_id', 'UUID'],
      timeOf('feedback_id'),
    ],
    engine: 'MergeTree',
    orderBy: '(metric_name, datapoint_id, output)',
    granularity: 256,
  },
]
