import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chat, PRINTED, startDatasets } from '../support/datasets.ts'
import { NOBODY } from '../support/feedback.ts'

const { infer, give, call, create, close } = await startDatasets()
afterAll(close)

type Row = Record<string, unknown>

const ask = async (path: string) => (await call('GET', path)).json
const printed = expect.stringMatching(PRINTED)
const number = expect.any(Number)

let plain = { inferenceId: '', episodeId: '' }
let facts = { inferenceId: '', episodeId: '' }
let again = { inferenceId: '', episodeId: '' }

beforeAll(async () => {
  plain = await infer('plain')
  again = await infer('plain', { episode_id: plain.episodeId })
  facts = await infer('facts')
  await give({ metric_name: 'score', value: 0.9, inference_id: plain.inferenceId })
  await give({ metric_name: 'score', value: 0.1, inference_id: again.inferenceId })
  await give({ metric_name: 'liked', value: true, inference_id: plain.inferenceId })
  await give({ metric_name: 'demonstration', value: 'Hi', inference_id: plain.inferenceId })
})

function metricOf(name: string, type: string, count: number) {
  return {
    function_name: 'plain',
    metric_name: name,
    metric_type: type,
    feedback_count: count,
  }
}

function episode() {
  return {
    episode_id: plain.episodeId,
    count: 2,
    start_time: printed,
    end_time: printed,
    last_inference_id: again.inferenceId,
  }
}

describe('F311 functions', () => {
  test('are counted', async () => {
    const { functions } = await ask('/internal/functions/inference_counts')
    expect(functions).toEqual([
      {
        function_name: 'facts',
        inference_count: 1,
        last_inference_timestamp: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      },
      expect.objectContaining({ function_name: 'plain', inference_count: 2 }),
    ])
    const path = '/internal/functions/plain/inference_count'
    expect(await ask(path)).toEqual({ inference_count: 2 })
    expect(await ask(`${path}?group_by=variant`)).toEqual({
      inference_count: 2,
      count_by_variant: [
        {
          variant_name: 'a',
          inference_count: 2,
          last_used_at: expect.stringMatching(/\.000Z$/),
        },
      ],
    })
  })

  test.each([
    ['score?threshold=0.5', { feedback_count: 2, inference_count: 1 }],
    ['liked', { feedback_count: 1, inference_count: 1 }],
    ['demonstration', { feedback_count: 1, inference_count: 1 }],
    ['none', { error: 'Unknown metric: none' }],
  ])('are counted by what is good: %s', async (metric, answer) => {
    expect(await ask(`/internal/functions/plain/inference_count/${metric}`)).toEqual(answer)
  })

  test('tell which metrics they have', async () => {
    const { metrics } = await ask('/internal/functions/plain/metrics')
    expect(metrics).toEqual([
      metricOf('liked', 'boolean', 1),
      metricOf('score', 'float', 2),
      metricOf('demonstration', 'demonstration', 1),
    ])
  })

  test.each(['cumulative', 'day'])('tell how variants do: %s', async (window) => {
    const query = `metric_name=score&time_window=${window}`
    const { performances } = await ask(`/internal/functions/plain/variant_performances?${query}`)
    const [row, ...others] = performances as Row[]
    expect(others).toEqual([])
    expect(row).toEqual({
      period_start: printed,
      variant_name: 'a',
      count: 2,
      avg_metric: expect.closeTo(0.5),
      stdev: expect.closeTo(0.5657, 3),
      ci_error: expect.closeTo(0.784, 3),
    })
  })

  test('tell how often and how fast their variants answer', async () => {
    const query = 'time_window=day&max_periods=3'
    const { throughput } = await ask(`/internal/functions/plain/throughput_by_variant?${query}`)
    expect(throughput).toEqual([
      { period_start: expect.stringMatching(/T00:00:00\.000Z$/), variant_name: 'a', count: 2 },
    ])
    const usage = await ask(`/internal/functions/plain/variant_usage?${query}`)
    const [row] = usage['data'] as Row[]
    expect(row).toMatchObject({ variant_name: 'a', count: 2, input_tokens: number })
    expect(row?.['processing_time_ms_quantiles']).toHaveLength((usage['quantiles'] as []).length)
    const { data } = await ask('/internal/variant_statistics?function_name=plain&variant_names=a')
    expect(data).toMatchObject([{ function_name: 'plain', inference_count: 2 }])
    const none = await ask('/internal/variant_statistics?function_name=plain&variant_names=b,c')
    expect(none['data']).toEqual([])
  })

  test('must be there', async () => {
    expect(await call('GET', '/internal/functions/none/inference_count')).toEqual({
      status: 404,
      json: { error: 'Unknown function: none' },
    })
    const path = '/internal/functions/plain/inference_count?variant_name=none'
    expect(await call('GET', path)).toEqual({
      status: 404,
      json: { error: 'Unknown variant: none' },
    })
  })
})

describe('F315 models', () => {
  test('are counted', async () => {
    expect(await ask('/internal/models/count')).toEqual({ model_count: 2 })
  })

  test.each(['minute', 'hour', 'day', 'week', 'month', 'cumulative'])(
    'tell their usage by %s',
    async (window) => {
      const { data } = await ask(`/internal/models/usage?time_window=${window}&max_periods=2`)
      const rows = (data as Row[]).filter((row) => row['model_name'] === 'good')
      expect(rows.reduce((sum, row) => sum + Number(row['count']), 0)).toBe(2)
      for (const row of rows) {
        expect(row).toEqual({
          period_start: printed,
          model_name: 'good',
          input_tokens: number,
          output_tokens: number,
          count: number,
          cost: null,
          count_with_cost: 0,
        })
      }
    },
  )

  test('tell how fast they are', async () => {
    const latency = await ask('/internal/models/latency?time_window=hour')
    const quantiles = latency['quantiles'] as number[]
    const row = (latency['data'] as Row[]).find(({ model_name: name }) => name === 'good')
    expect(row).toMatchObject({ count: 2 })
    expect(row?.['response_time_ms_quantiles']).toHaveLength(quantiles.length)
    expect(row?.['ttft_ms_quantiles']).toHaveLength(quantiles.length)
  })

  test('tell what came out of caches', async () => {
    const query = 'time_window=hour&max_periods=1&model_name=good'
    const { data } = await ask(`/internal/models/cache_statistics?${query}`)
    expect((data as Row[])[0]).toMatchObject({
      model_name: 'good',
      model_provider_name: 'one',
      input_tokens: number,
      cache_read_ratio: null,
    })
  })
})

describe('F313', () => {
  test('model inferences tell what a model was told', async () => {
    const path = `/internal/model_inferences/${plain.inferenceId}`
    const { model_inferences: found } = await ask(path)
    expect(found).toEqual([
      expect.objectContaining({
        id: expect.any(String),
        inference_id: plain.inferenceId,
        raw_request: expect.any(String),
        raw_response: expect.any(String),
        model_name: 'good',
        model_provider_name: 'one',
        input_tokens: number,
        output_tokens: number,
        response_time_ms: number,
        timestamp: printed,
        input_messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
        output: [{ type: 'text', text: expect.any(String) }],
        cached: false,
      }),
    ])
    expect(await ask(`/internal/model_inferences/${NOBODY}`)).toEqual({ model_inferences: [] })
    expect((await call('GET', '/internal/model_inferences/nobody')).status).toBe(400)
  })

  test('metadata tells what there is', async () => {
    const { inference_metadata: all } = await ask('/internal/inference_metadata?limit=2')
    expect(all).toEqual([
      {
        id: facts.inferenceId,
        function_name: 'facts',
        variant_name: 'a',
        episode_id: facts.episodeId,
        function_type: 'json',
        snapshot_hash: expect.stringMatching(/^[0-9a-f]+$/),
      },
      expect.objectContaining({ id: again.inferenceId, function_type: 'chat' }),
    ])
    const query = `function_name=plain&before=${again.inferenceId}`
    const { inference_metadata: before } = await ask(`/internal/inference_metadata?${query}`)
    expect(before).toMatchObject([{ id: plain.inferenceId }])
    const both = `before=${NOBODY}&after=${NOBODY}`
    expect(await ask(`/internal/inference_metadata?${both}`)).toEqual({
      error: "Cannot specify both 'before' and 'after' parameters",
    })
  })
})

describe('F314 episodes', () => {
  test('are listed, newest first', async () => {
    const { episodes } = await ask('/internal/episodes?limit=10')
    expect(episodes).toEqual([expect.objectContaining({ episode_id: facts.episodeId }), episode()])
    const before = await ask(`/internal/episodes?limit=10&before=${facts.episodeId}`)
    expect(before).toEqual({ episodes: [episode()] })
    const of = await ask('/internal/episodes?limit=10&function_name=plain')
    expect(of).toEqual({ episodes: [episode()] })
  })

  test('are found by a filter', async () => {
    const filters = { type: 'boolean_metric', metric_name: 'liked', value: true }
    const found = await call('POST', '/internal/episodes', { limit: 10, filters })
    expect(found.json).toEqual({ episodes: [episode()] })
  })

  test('are counted', async () => {
    expect(await ask('/internal/episodes/bounds')).toEqual({
      first_id: plain.episodeId,
      last_id: facts.episodeId,
      count: 2,
    })
    const path = `/internal/episodes/${plain.episodeId}/inference_count`
    expect(await ask(path)).toEqual({ inference_count: 2 })
  })

  test.each([
    [0, 'Limit must be at least 1'],
    [101, 'Limit cannot exceed 100'],
  ])('are not listed %i at once', async (limit, error) => {
    expect(await ask(`/internal/episodes?limit=${limit}`)).toEqual({ error })
  })
})

test('F319 an id is resolved to what it is of', async () => {
  const { json } = await give({ metric_name: 'comment', value: 'ok', episode_id: plain.episodeId })
  const [datapoint] = await create('resolved', [chat()])
  const { model_inferences: asked } = await ask(`/internal/model_inferences/${facts.inferenceId}`)
  const [{ id: modelInference, ...of }] = asked as [Record<string, unknown>]
  const cases: [unknown, object[]][] = [
    [
      facts.inferenceId,
      [
        {
          type: 'inference',
          function_name: 'facts',
          function_type: 'json',
          variant_name: 'a',
          episode_id: facts.episodeId,
        },
      ],
    ],
    [
      modelInference,
      [
        {
          type: 'model_inference',
          inference_id: facts.inferenceId,
          model_name: of['model_name'],
          model_provider_name: of['model_provider_name'],
        },
      ],
    ],
    [plain.episodeId, [{ type: 'episode' }]],
    [json['feedback_id'], [{ type: 'comment_feedback' }]],
    [datapoint, [{ type: 'chat_datapoint', dataset_name: 'resolved', function_name: 'plain' }]],
    [NOBODY, []],
  ]
  for (const [id, types] of cases) {
    expect(await ask(`/internal/resolve_uuid/${String(id)}`)).toEqual({ id, object_types: types })
  }
  expect((await call('GET', '/internal/resolve_uuid/nothing')).status).toBe(400)
})
