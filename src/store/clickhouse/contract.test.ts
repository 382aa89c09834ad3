import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ClickHouse, startClickHouse } from '../../../test/support/clickhouse.ts'
import type { NativeInference } from '../../domain/native.ts'
import { BATCH_DIALECT } from '../../domain/record.ts'
import { CHAT, clickHouseOn, feedbackOf } from '../fixtures/clickhouse-engine.ts'
import { attemptOf, idOf, recordOf } from '../fixtures/records.ts'
import { QUANTILES } from './contract-statistics.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let server: ClickHouse
let databases = 0
beforeAll(async () => {
  server = await startClickHouse()
})
afterAll(() => server[Symbol.asyncDispose]())

const engineOn = (database = `contract_${++databases}`, migrate = true) =>
  clickHouseOn(server, database, { migrate })

const JSON_ANSWER: NativeInference = {
  type: 'json',
  input: { messages: [] },
  output: { raw: '{"a":1}', parsed: { a: 1 } },
  inference_params: {},
  extra_body: [],
  output_schema: { type: 'object' },
  auxiliary_content: [],
}

describe("F242 TensorZero's tables in ClickHouse", () => {
  test('hold inferences and calls of models as its documentation says', async () => {
    const store = engineOn()
    await store.open()
    const chat = recordOf(1, {
      functionName: 'f',
      variantName: 'v',
      native: CHAT,
      configHash: '2748',
      ttftUs: 1_500,
      attempts: [attemptOf(1, { usage: recordOf(1).usage, costNano: 1_234_567, finish: 'stop' })],
    })
    const failed = recordOf(2, { outcome: 'timeout', status: 504 })
    await store.write([
      chat,
      failed,
      recordOf(3, { native: JSON_ANSWER }),
      recordOf(4, { id: 'x' }),
    ])
    expect(await store.rows('SELECT * FROM ChatInference')).toEqual([
      {
        id: idOf(1),
        function_name: 'f',
        variant_name: 'v',
        episode_id: idOf(1, 1),
        input: JSON.stringify(CHAT.input),
        output: JSON.stringify(CHAT.output),
        tool_params: '',
        inference_params: '{"chat_completion":{"temperature":0.5}}',
        processing_time_ms: 1000,
        tags: { user: 'u1' },
        extra_body: '[{"pointer":"/x","value":1}]',
        ttft_ms: 2,
        dynamic_tools: ['{"name":"look"}'],
        dynamic_provider_tools: [],
        allowed_tools: '["look"]',
        tool_choice: '"auto"',
        parallel_tool_calls: true,
        snapshot_hash: 2748,
      },
    ])
    expect(await store.rows('SELECT id, output, output_schema FROM JsonInference')).toEqual([
      {
        id: idOf(3),
        output: JSON.stringify(JSON_ANSWER.output),
        output_schema: '{"type":"object"}',
      },
    ])
    const [model] = await store.rows('SELECT * FROM ModelInference ORDER BY id LIMIT 1')
    expect(model).toMatchObject({
      id: idOf(1, 2),
      inference_id: idOf(1),
      raw_request: '{"n":1}',
      raw_response: '{"answer":1}',
      model_name: 'gpt',
      model_provider_name: 'main',
      input_tokens: 12,
      output_tokens: 5,
      response_time_ms: 999,
      cost: 0.001234567,
      provider_cache_read_input_tokens: 2,
      provider_cache_write_input_tokens: null,
      finish_reason: 'stop',
      cached: false,
      function_name: 'f',
      variant_name: 'v',
      input_messages: '[{"role":"user","content":[{"type":"text","text":"question 1"}]}]',
      output: '[{"type":"text","text":"answer 1"}]',
    })
    // What was asked in a batch took no time of its own.
    await store.write([recordOf(5, { native: CHAT, dialect: BATCH_DIALECT })])
    const times = `SELECT processing_time_ms, response_time_ms FROM ChatInference AS c
      JOIN ModelInference AS m ON m.inference_id = c.id WHERE c.id = '${idOf(5)}'`
    const [batched] = await store.rows(times)
    expect(batched).toEqual({ processing_time_ms: null, response_time_ms: null })
    await store.close()
  })

  test('fill those that are derived from them', async () => {
    const store = engineOn()
    await store.open()
    const usage = recordOf(1).usage
    const records = [1, 2, 3].map((number) =>
      recordOf(number, {
        episodeId: idOf(1, 1),
        functionName: 'f',
        variantName: number === 3 ? 'w' : 'v',
        attempts: [attemptOf(number, { usage, costNano: 1e9 })],
        tags: { n: String(number) },
      }),
    )
    await store.write(records, [
      feedbackOf(1, {}),
      feedbackOf(2, { value: 1, targetId: idOf(2) }),
      feedbackOf(3, { type: 'boolean', metricName: 'good', value: true, targetId: idOf(3) }),
      feedbackOf(4, { type: 'comment', metricName: 'comment', value: 'well', level: 'inference' }),
      feedbackOf(5, { type: 'demonstration', metricName: 'demonstration', value: [] }),
      // The episode has two variants: it speaks for neither.
      feedbackOf(6, { targetId: idOf(1, 1), level: 'episode' }),
    ])
    const first = async (sql: string) => (await store.rows(sql))[0]
    expect(
      await store.rows(
        'SELECT type, sum(count) AS n FROM CumulativeUsage GROUP BY type ORDER BY type',
      ),
    ).toEqual([
      { type: 'input_tokens', n: 36 },
      { type: 'model_inferences', n: 3 },
      { type: 'output_tokens', n: 15 },
    ])
    expect(
      await first(`SELECT sumMerge(total_cost) AS cost, countMerge(count) AS n,
        length(quantilesTDigestMerge(${QUANTILES})(response_time_ms_quantiles)) AS shares
        FROM ModelProviderStatistics WHERE model_name = 'gpt'`),
    ).toEqual({ cost: 3, n: 3, shares: 70 })
    expect(
      await store.rows(
        'SELECT variant_name, countMerge(count) AS n FROM VariantStatistics GROUP BY variant_name ORDER BY variant_name',
      ),
    ).toEqual([
      { variant_name: 'v', n: 2 },
      { variant_name: 'w', n: 1 },
    ])
    expect(
      await store.rows(`SELECT toString(uint_to_uuid(id_uint)) AS id, function_type FROM InferenceById
        WHERE uint_to_uuid(id_uint) = '${idOf(2)}'`),
    ).toEqual([{ id: idOf(2), function_type: 'chat' }])
    expect(await first('SELECT count() AS n FROM InferenceByEpisodeId')).toEqual({ n: 3 })
    expect(
      await first(`SELECT sum(count) AS n, length(groupArrayMerge(inference_ids)) AS ids,
        toString(uint_to_uuid(max(max_inference_id_uint))) AS last FROM EpisodeById`),
    ).toEqual({ n: 3, ids: 3, last: idOf(3) })
    expect(
      await first("SELECT inference_id FROM TagInference WHERE key = 'n' AND value = '2'"),
    ).toEqual({
      inference_id: idOf(2),
    })
    expect(await first('SELECT count() AS n FROM InferenceTag')).toEqual({ n: 3 })
    expect(await first('SELECT count() AS n FROM FeedbackTag')).toEqual({ n: 6 })
    expect(
      await store.rows(`SELECT variant_name, metric_name, toFloat64(value) AS value
        FROM FloatMetricFeedbackByVariant ORDER BY value`),
    ).toEqual([
      { variant_name: 'v', metric_name: 'quality', value: 0.5 },
      { variant_name: 'v', metric_name: 'quality', value: 1 },
    ])
    expect(
      await store.rows(`SELECT metric_name, avgMerge(feedback_mean) AS mean, sum(count) AS n
        FROM FeedbackByVariantStatistics GROUP BY metric_name ORDER BY metric_name`),
    ).toEqual([
      { metric_name: 'good', mean: 1, n: 1 },
      { metric_name: 'quality', mean: 0.75, n: 2 },
    ])
    const counts = [
      'FloatMetricFeedbackByTargetId',
      'BooleanMetricFeedbackByTargetId',
      'CommentFeedbackByTargetId',
      'DemonstrationFeedbackByInferenceId',
    ]
    const found = await Promise.all(
      counts.map((table) => first(`SELECT count() AS n FROM ${table}`)),
    )
    expect(found).toEqual([{ n: 3 }, { n: 1 }, { n: 1 }, { n: 1 }])
    await store.close()
  })

  test("take the feedback of people on an evaluator's verdict", async () => {
    const store = engineOn()
    await store.open()
    const tags = {
      'tensorzero::human_feedback': 'true',
      'tensorzero::datapoint_id': idOf(7),
      'tensorzero::evaluator_inference_id': idOf(8),
    }
    await store.write([recordOf(1, { native: CHAT })], [feedbackOf(1, { tags })])
    expect(
      await store.rows(
        'SELECT metric_name, datapoint_id, output, value FROM StaticEvaluationHumanFeedback',
      ),
    ).toEqual([
      {
        metric_name: 'quality',
        datapoint_id: idOf(7),
        output: JSON.stringify(CHAT.output),
        value: '0.5',
      },
    ])
    await store.close()
  })

  test('are found complete by TensorZero itself, and ours by a second gateway', async () => {
    const store = engineOn()
    await store.open()
    const second = engineOn(store.database, false)
    await second.open()
    const [row] = await store.rows(
      'SELECT count() AS n, max(migration_id) AS newest FROM TensorZeroMigration',
    )
    expect(row).toEqual({ n: 47, newest: 53 })
    await Promise.all([store.close(), second.close()])
  })
})
