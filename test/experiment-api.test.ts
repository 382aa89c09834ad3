import { afterAll, describe, expect, test } from 'vitest'
import { NOBODY, post } from './support/feedback.ts'
import { startGateway } from './support/gateway.ts'

const gateway = await startGateway(
  `
[models.good]
routing = ["one"]
providers.one = { type = "dummy", model_name = "good" }
[metrics.liked]
type = "boolean"
optimize = "max"
level = "inference"
[metrics.solved]
type = "float"
optimize = "min"
level = "episode"

[functions.fixed]
type = "chat"
description = "Fixed shares"
variants.a = { type = "chat_completion", model = "good" }
variants.b = { type = "chat_completion", model = "good" }
experimentation = { type = "static", candidate_variants = { a = 3, b = 1 } }
[functions.unused]
type = "chat"
variants.only = { type = "chat_completion", model = "good" }
[functions.adaptive]
type = "chat"
variants.a = { type = "chat_completion", model = "good" }
variants.b = { type = "chat_completion", model = "good" }
[functions.adaptive.experimentation]
type = "adaptive"
candidate_variants = ["a", "b"]
metric = "liked"
update_period_s = 0
min_samples_per_variant = 5
`,
  {},
  { stored: true },
)
afterAll(() => gateway[Symbol.asyncDispose]())

async function get(path: string) {
  const response = await fetch(`${gateway.url}${path}`)
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

async function ask(functionName: string, variant: string) {
  const input = { messages: [{ role: 'user', content: 'Hello' }] }
  const body = { function_name: functionName, variant_name: variant, input }
  const { json } = await post(gateway, '/inference', body)
  return { id: String(json['inference_id']), episodeId: String(json['episode_id']) }
}

const give = (body: object) => post(gateway, '/feedback', body)

describe('an experiment is shown', () => {
  test.each([
    ['fixed', { a: 0.75, b: 0.25 }],
    ['unused', { only: 1 }],
    ['tensorzero::default', {}],
    ['adaptive', { a: 0.5, b: 0.5 }],
  ])('F027 with the shares of %s', async (name, probabilities) => {
    const path = `/internal/functions/${name}/variant_sampling_probabilities`
    expect(await get(path)).toEqual({ status: 200, json: { probabilities } })
  })

  test('with an error for a function that is not there', async () => {
    const path = '/internal/functions/none/variant_sampling_probabilities'
    expect(await get(path)).toEqual({ status: 404, json: { error: 'Unknown function: none' } })
  })

  test('F201 with its verdict, the evidence for it, and intervals', async () => {
    const shares = { a: 1, b: 0.1 }
    await Promise.all(
      Object.entries(shares).flatMap(([variant, share]) =>
        Array.from({ length: 30 }, async (_, at) => {
          const { id } = await ask('adaptive', variant)
          await give({ metric_name: 'liked', value: at < share * 30, inference_id: id })
        }),
      ),
    )
    const { json } = await get('/internal/functions/adaptive/experiment')
    expect(json).toMatchObject({
      type: 'adaptive',
      probabilities: { a: 1, b: 0 },
      adaptive: {
        metric: 'liked',
        optimize: 'max',
        state: 'stopped',
        leader: 'a',
        verdict: { winner: 'a', over: ['b'] },
        evidence: { challenger: 'b', value: expect.any(Number) },
        variants: [
          { variant: 'a', count: 30, mean: 1, upper: 1 },
          { variant: 'b', count: 30, mean: 0.1 },
        ],
      },
    })
    const series = await get(
      '/internal/feedback/timeseries?function_name=adaptive&metric_name=liked&time_window=hour&max_periods=3&variant_names=b',
    )
    const points = series.json['timeseries'] as Record<string, number>[]
    expect(points.at(-1)).toMatchObject({ variant_name: 'b', count: 30, mean: 0.1, alpha: 0.05 })
    expect(points.at(-1)?.['cs_lower']).toBeLessThan(0.1)
    expect(points.at(-1)?.['cs_upper']).toBeGreaterThan(0.1)
    expect(String(points.at(-1)?.['period_end'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00:00Z$/)
  })

  test('to the pages, with everything else that is known of its function', async () => {
    const { id, episodeId } = await ask('fixed', 'a')
    await give({ metric_name: 'liked', value: true, inference_id: id })
    await give({ metric_name: 'solved', value: 2.5, episode_id: episodeId })
    const { json } = await get('/internal/ui/functions/fixed')
    expect(json).toMatchObject({
      name: 'fixed',
      type: 'chat',
      description: 'Fixed shares',
      variants: [
        { name: 'a', type: 'chat_completion', model: 'good', requests: 1, failed: 0 },
        { name: 'b', requests: 0, last_used_at: null },
      ],
      experiment: { type: 'static', adaptive: null },
      metrics: [
        { name: 'liked', type: 'boolean', variants: [{ variant: 'a', count: 1, mean: 1 }] },
        { name: 'solved', optimize: 'min', level: 'episode', variants: [{ mean: 2.5 }] },
      ],
    })
    const throughput = json['throughput'] as { counts: object }[]
    expect(throughput).toHaveLength(48)
    expect(throughput.map(({ counts }) => counts)).toContainEqual({ a: 1 })
    const { json: all } = await get('/internal/ui/functions')
    const functions = all['functions'] as { name: string }[]
    expect(functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['fixed', 'adaptive', 'unused']),
    )
    expect(functions.at(-1)).toMatchObject({ name: 'unused', requests: 0, last_used_at: null })
    expect((await get('/internal/ui/functions/none')).status).toBe(404)
  })
})

describe('TensorZero’s pages are told', () => {
  test('F312 what was said of a target', async () => {
    const { id, episodeId } = await ask('fixed', 'a')
    const ids: string[] = []
    for (const body of [
      { metric_name: 'liked', value: false },
      { metric_name: 'comment', value: 'well' },
      { metric_name: 'demonstration', value: 'so' },
      { metric_name: 'liked', value: true, tags: { by: 'me' } },
    ]) {
      ids.push(String((await give({ ...body, inference_id: id })).json['feedback_id']))
    }
    const timestamp = expect.stringMatching(/Z$/) as string
    const at = { tags: {}, timestamp }
    const liked = { type: 'boolean', target_id: id, metric_name: 'liked' }
    const shown = {
      id: ids[2],
      inference_id: id,
      value: '[{"type":"text","text":"so"}]',
      ...at,
    }
    const path = `/internal/feedback/${id}`
    expect((await get(path)).json['feedback']).toEqual([
      { ...liked, id: ids[3], value: true, tags: { by: 'me' }, timestamp },
      { type: 'demonstration', ...shown },
      {
        type: 'comment',
        id: ids[1],
        target_id: id,
        target_type: 'inference',
        value: 'well',
        ...at,
      },
      { ...liked, id: ids[0], value: false, ...at },
    ])
    expect((await get(`${path}?limit=1&after=${ids[0]}`)).json['feedback']).toMatchObject([
      { id: ids[1] },
    ])
    expect((await get(`${path}?before=${ids[1]}`)).json['feedback']).toMatchObject([{ id: ids[0] }])
    expect((await get(`${path}/demonstrations`)).json).toEqual({ feedback: [shown] })
    expect((await get(`${path}/count`)).json).toEqual({ count: 4 })
    expect((await get(`${path}/latest_id_by_metric`)).json).toEqual({
      feedback_id_by_metric: { liked: ids[3], comment: ids[1], demonstration: ids[2] },
    })
    expect((await get(`${path}/bounds`)).json).toEqual({
      first_id: ids[0],
      last_id: ids[3],
      by_type: {
        boolean: { first_id: ids[0], last_id: ids[3] },
        float: {},
        comment: { first_id: ids[1], last_id: ids[1] },
        demonstration: { first_id: ids[2], last_id: ids[2] },
      },
    })
    expect((await get(`/internal/feedback/${episodeId}/count`)).json).toEqual({ count: 0 })
  })

  test.each([
    ['/internal/feedback/x', 400],
    [`/internal/feedback/${NOBODY}?before=${NOBODY}&after=${NOBODY}`, 400],
    [`/internal/feedback/${NOBODY}?limit=0`, 400],
    [
      '/internal/feedback/timeseries?function_name=f&metric_name=m&time_window=cumulative&max_periods=1',
      400,
    ],
    [`/internal/feedback/${NOBODY}`, 200],
    [`/internal/feedback/${NOBODY}/bounds`, 200],
  ])('%s is answered with %i', async (path, status) => {
    expect((await get(path)).status).toBe(status)
  })
})
