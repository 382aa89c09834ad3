import { QUANTILES } from './contract-statistics.ts'
import type { View } from './ddl.ts'

/** TensorZero's materialized views: what they make of each insert stands in tables of their own. */

/** An episode of a workflow evaluation run bears a time beyond this one, ten billion seconds on. */
const FIRST_RUN_EPISODE = '09184e72-a000-7000-8000-000000000000'

const uuidOf = (uint: string) =>
  `reinterpretAsUUID(concat(substring(reinterpretAsString(${uint}), 9, 8), substring(reinterpretAsString(${uint}), 1, 8)))`

/** TensorZero's own name for it, which users' SQL may call. */
export const UINT_TO_UUID = `CREATE FUNCTION IF NOT EXISTS uint_to_uuid{cluster} AS (x) -> ${uuidOf('x')}`

const KINDS = [
  { table: 'ChatInference', kind: 'chat', word: 'Chat' },
  { table: 'JsonInference', kind: 'json', word: 'Json' },
] as const

const byInference: readonly View[] = KINDS.flatMap(({ table, kind, word }) => [
  {
    name: `${word}InferenceByIdView`,
    from: table,
    to: 'InferenceById',
    select: `SELECT toUInt128(id) AS id_uint, function_name, variant_name, episode_id,
      '${kind}' AS function_type, snapshot_hash FROM {from}`,
  },
  {
    name: `${word}InferenceByEpisodeIdView`,
    from: table,
    to: 'InferenceByEpisodeId',
    select: `SELECT toUInt128(episode_id) AS episode_id_uint, toUInt128(id) AS id_uint,
      function_name, variant_name, '${kind}' AS function_type, snapshot_hash FROM {from}`,
  },
  {
    name: `EpisodeById${word}View`,
    from: table,
    to: 'EpisodeById',
    select: `SELECT toUInt128(episode_id) AS episode_id_uint, count() AS count,
      groupArrayState(id) AS inference_ids, min(toUInt128(id)) AS min_inference_id_uint,
      max(toUInt128(id)) AS max_inference_id_uint FROM {from}
      WHERE toUInt128(episode_id) < toUInt128(toUUID('${FIRST_RUN_EPISODE}'))
      GROUP BY episode_id_uint`,
  },
  {
    name: `${word}InferenceTagView`,
    from: table,
    to: 'InferenceTag',
    select: `SELECT function_name, key, tags[key] AS value, id AS inference_id, snapshot_hash
      FROM {from} ARRAY JOIN mapKeys(tags) AS key`,
  },
  {
    name: `Tag${word}InferenceView`,
    from: table,
    to: 'TagInference',
    select: `SELECT function_name, variant_name, episode_id, id AS inference_id,
      '${kind}' AS function_type, key, tags[key] AS value, snapshot_hash
      FROM {from} ARRAY JOIN mapKeys(tags) AS key`,
  },
  {
    name: `VariantStatistics${word}View`,
    from: table,
    to: 'VariantStatistics',
    select: `SELECT function_name, variant_name, toStartOfMinute(timestamp) AS minute,
      quantilesTDigestState(${QUANTILES})(processing_time_ms) AS processing_time_ms_quantiles,
      quantilesTDigestState(${QUANTILES})(ttft_ms) AS ttft_ms_quantiles,
      countState() AS count FROM {from} GROUP BY function_name, variant_name, minute`,
  },
])

const SUMS = ['input_tokens', 'output_tokens', 'cost', 'provider_cache_read_input_tokens']
  .concat('provider_cache_write_input_tokens')
  .map((column) => `sumState({of}${column}) AS total_${column}`)
  .join(', ')

const byModel: readonly View[] = [
  {
    name: 'CumulativeUsageView',
    from: 'ModelInference',
    to: 'CumulativeUsage',
    select: `SELECT pair.1 AS type, pair.2 AS count FROM (
      SELECT arrayJoin([('input_tokens', ifNull(input_tokens, 0)),
        ('output_tokens', ifNull(output_tokens, 0)), ('model_inferences', 1)]) AS pair
      FROM {from} WHERE input_tokens IS NOT NULL)`,
  },
  {
    name: 'ModelProviderStatisticsView',
    from: 'ModelInference',
    to: 'ModelProviderStatistics',
    select: `SELECT model_name, model_provider_name, toStartOfMinute(timestamp) AS minute,
      quantilesTDigestState(${QUANTILES})(response_time_ms) AS response_time_ms_quantiles,
      quantilesTDigestState(${QUANTILES})(ttft_ms) AS ttft_ms_quantiles,
      ${SUMS.replaceAll('{of}', '')}, countState() AS count, countState(cost) AS count_with_cost
      FROM {from} GROUP BY model_name, model_provider_name, minute`,
  },
  {
    name: 'VariantStatisticsModelView',
    from: 'ModelInference',
    to: 'VariantStatistics',
    select: `SELECT m.function_name AS function_name, m.variant_name AS variant_name,
      toStartOfMinute(m.timestamp) AS minute, ${SUMS.replaceAll('{of}', 'm.')},
      countState(m.cost) AS count_with_cost FROM {from} AS m WHERE m.function_name != ''
      GROUP BY function_name, variant_name, minute`,
  },
]

/** Feedback of a target that belongs to one variant: an inference, or an episode with only one. */
function variantsOfTargets(): string {
  return `SELECT ${uuidOf('id_uint')} AS target_id, function_name, variant_name FROM InferenceById
      WHERE id_uint IN (SELECT toUInt128(target_id) FROM {from})
    UNION ALL
    SELECT ${uuidOf('episode_id_uint')} AS target_id, function_name, any(variant_name) AS variant_name
      FROM InferenceByEpisodeId
      WHERE episode_id_uint IN (SELECT toUInt128(target_id) FROM {from})
      GROUP BY episode_id_uint, function_name HAVING uniqExact(InferenceByEpisodeId.variant_name) = 1`
}

const metricViews: readonly View[] = ['Boolean', 'Float'].flatMap((word) => [
  {
    name: `${word}MetricFeedbackByVariantView`,
    from: `${word}MetricFeedback`,
    to: `${word}MetricFeedbackByVariant`,
    select: `SELECT t.function_name AS function_name, t.variant_name AS variant_name,
      f.metric_name AS metric_name, toUInt128(f.id) AS id_uint,
      toUInt128(f.target_id) AS target_id_uint, f.value AS value, f.tags AS feedback_tags,
      f.snapshot_hash AS snapshot_hash
      FROM {from} AS f INNER JOIN (${variantsOfTargets()}) AS t ON f.target_id = t.target_id`,
  },
  {
    name: `${word}MetricFeedbackByVariantStatisticsView`,
    from: `${word}MetricFeedbackByVariant`,
    to: 'FeedbackByVariantStatistics',
    select: `SELECT function_name, variant_name, metric_name,
      toStartOfMinute(UUIDv7ToDateTime(${uuidOf('id_uint')})) AS minute,
      avgState(toFloat32(value)) AS feedback_mean,
      varSampStableState(toFloat32(value)) AS feedback_variance, count() AS count
      FROM {from} GROUP BY function_name, metric_name, variant_name, minute`,
  },
  {
    name: `StaticEvaluation${word}HumanFeedbackView`,
    from: `${word}MetricFeedback`,
    to: 'StaticEvaluationHumanFeedback',
    select: `SELECT f.metric_name AS metric_name,
      toUUID(f.tags['tensorzero::datapoint_id']) AS datapoint_id, i.output AS output,
      toJSONString(f.value) AS value, f.id AS feedback_id,
      toUUID(f.tags['tensorzero::evaluator_inference_id']) AS evaluator_inference_id
      FROM {from} AS f INNER JOIN (
        SELECT id, output FROM ChatInference WHERE id IN (SELECT target_id FROM {from})
        UNION ALL
        SELECT id, output FROM JsonInference WHERE id IN (SELECT target_id FROM {from})
      ) AS i ON f.target_id = i.id
      WHERE mapContains(f.tags, 'tensorzero::human_feedback')
        AND mapContains(f.tags, 'tensorzero::datapoint_id')`,
  },
])

/** Each kind of feedback: what it is called in its tags, and its columns beside id and tags. */
const FEEDBACK = [
  {
    table: 'BooleanMetricFeedback',
    metric: 'metric_name',
    columns: 'target_id, metric_name, value',
  },
  { table: 'FloatMetricFeedback', metric: 'metric_name', columns: 'target_id, metric_name, value' },
  { table: 'CommentFeedback', metric: "'comment'", columns: 'target_id, target_type, value' },
  { table: 'DemonstrationFeedback', metric: "'demonstration'", columns: 'inference_id, value' },
] as const

const byTarget: readonly View[] = FEEDBACK.flatMap(({ table, metric, columns }) => {
  const to = `${table}By${columns.startsWith('target') ? 'TargetId' : 'InferenceId'}`
  return [
    {
      name: `${to}View`,
      from: table,
      to,
      select: `SELECT id, ${columns}, tags, snapshot_hash FROM {from}`,
    },
    {
      name: `${table}TagView`,
      from: table,
      to: 'FeedbackTag',
      select: `SELECT ${metric} AS metric_name, key, tags[key] AS value, id AS feedback_id,
        snapshot_hash FROM {from} ARRAY JOIN mapKeys(tags) AS key`,
    },
  ]
})

const RUN = 'variant_pins, tags, is_deleted, updated_at, snapshot_hash'

export const CONTRACT_VIEWS: readonly View[] = [
  ...byInference,
  ...byModel,
  ...metricViews,
  ...byTarget,
  {
    name: 'BatchIdByInferenceIdView',
    from: 'BatchModelInference',
    to: 'BatchIdByInferenceId',
    select: 'SELECT inference_id, batch_id FROM {from}',
  },
  {
    name: 'DynamicEvaluationRunByProjectNameView',
    from: 'DynamicEvaluationRun',
    to: 'DynamicEvaluationRunByProjectName',
    select: `SELECT run_id_uint, project_name, run_display_name, ${RUN} FROM {from}
      WHERE project_name IS NOT NULL`,
  },
  {
    name: 'DynamicEvaluationRunEpisodeByRunIdView',
    from: 'DynamicEvaluationRunEpisode',
    to: 'DynamicEvaluationRunEpisodeByRunId',
    select: `SELECT toUInt128(run_id) AS run_id_uint, episode_id_uint, datapoint_name, ${RUN} FROM {from}`,
  },
]
