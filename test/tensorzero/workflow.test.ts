import { afterAll, describe, expect, test } from 'vitest'
import { timeOfUuidV7 } from '../../src/domain/ids.ts'
import { startDatasets } from '../support/datasets.ts'

const { infer, give, call, close } = await startDatasets()
afterAll(close)

const BASE = '/internal/workflow_evaluations'
const ask = async (path: string) => (await call('GET', `${BASE}/${path}`)).json

async function begin(body: object) {
  const { json } = await call('POST', '/workflow_evaluation_run', body)
  return String(json['run_id'])
}

async function beginEpisode(run: string, body: object = {}) {
  const { json } = await call('POST', `/workflow_evaluation_run/${run}/episode`, body)
  return String(json['episode_id'])
}

async function tagsOf(id: string) {
  const { json } = await call('POST', '/v1/inferences/get_inferences', { ids: [id] })
  const [found] = json['inferences'] as { variant_name: string; tags: object }[]
  return found
}

describe('F241 a workflow evaluation', () => {
  test('pins variants and adds its tags', async () => {
    const run = await begin({
      variants: { plain: 'a' },
      tags: { a: 'run', b: 'run' },
      project_name: 'p',
      display_name: 'First run',
    })
    const episode = await beginEpisode(run, { task_name: 't', tags: { c: 'episode' } })
    expect(timeOfUuidV7(episode) - Date.now()).toBeGreaterThan(9_999_000_000_000)
    const { inferenceId } = await infer('plain', { episode_id: episode, tags: { a: 'own' } })
    expect(await tagsOf(inferenceId)).toMatchObject({
      variant_name: 'a',
      tags: {
        a: 'own',
        b: 'run',
        c: 'episode',
        'tensorzero::workflow_evaluation_run_id': run,
        'tensorzero::dynamic_evaluation_run_id': run,
      },
    })
    await give({ metric_name: 'score', value: 0.5, inference_id: inferenceId })
    await give({ metric_name: 'solved', value: true, episode_id: episode })
    expect(await ask(`run_episodes?run_id=${run}`)).toEqual({
      episodes: [
        expect.objectContaining({
          episode_id: episode,
          run_id: run,
          task_name: 't',
          tags: expect.objectContaining({ a: 'run', b: 'run', c: 'episode' }) as object,
          feedback_metric_names: ['score', 'solved'],
          feedback_values: ['0.5', 'true'],
        }),
      ],
    })
    expect(await ask(`run_statistics?run_id=${run}&metric_name=score`)).toEqual({
      statistics: [{ metric_name: 'score', count: 1, avg_metric: 0.5 }],
    })
    const { statistics } = await ask(`run_statistics?run_id=${run}`)
    expect(statistics).toEqual([
      expect.objectContaining({ metric_name: 'score' }),
      {
        metric_name: 'solved',
        count: 1,
        avg_metric: 1,
        ci_lower: expect.closeTo(0.2065, 4) as number,
        ci_upper: 1,
      },
    ])
  })

  test('F317 shows every comment of an episode', async () => {
    const run = await begin({ variants: {}, project_name: 'comments' })
    const episode = await beginEpisode(run)
    await infer('plain', { episode_id: episode })
    for (const value of ['first', 'second']) {
      await give({ metric_name: 'comment', value, episode_id: episode })
    }
    const { episodes } = await ask(`run_episodes?run_id=${run}`)
    expect(episodes).toMatchObject([
      { feedback_metric_names: ['comment', 'comment'], feedback_values: ['second', 'first'] },
    ])
  })

  test.each([
    [{ variants: { none: 'a' } }, 404, 'Unknown function: none'],
    [{ variants: { plain: 'b' } }, 400, 'Variant b for function plain not found.'],
    [
      { variants: {}, tags: { 'tensorzero::x': '1' } },
      400,
      "Tag name cannot start with 'tensorzero::': tensorzero::x",
    ],
  ])('refuses %j', async (body, status, error) => {
    expect(await call('POST', '/workflow_evaluation_run', body)).toEqual({
      status,
      json: { error },
    })
  })

  test('must be there for its episodes', async () => {
    const episode = '0c460000-0000-7000-8000-000000000000'
    const input = { messages: [{ role: 'user', content: 'Hello' }] }
    const body = { function_name: 'plain', input, episode_id: episode }
    expect(await call('POST', '/inference', body)).toEqual({
      status: 400,
      json: { error: `Workflow evaluation run not found for episode id: ${episode}` },
    })
  })
})

test('F317 lists runs, projects and tasks', async () => {
  const run = await begin({ variants: {}, project_name: 'q', display_name: 'Second run' })
  for (const name of ['x', 'y', 'x']) await beginEpisode(run, { task_name: name })
  expect(await ask('projects/count')).toEqual({ count: 3 })
  expect(await ask('projects?limit=1')).toMatchObject({ projects: [{ name: 'q', count: 1 }] })
  expect(await ask('runs/count')).toEqual({ count: 3 })
  const shown = { id: run, name: 'Second run', project_name: 'q', variant_pins: {}, tags: {} }
  expect(await ask('list_runs?limit=1')).toMatchObject({ runs: [{ ...shown, num_episodes: 3 }] })
  expect(await ask(`get_runs?run_ids=${run}`)).toMatchObject({ runs: [shown] })
  expect(await ask('runs/search?q=second')).toMatchObject({ runs: [shown] })
  expect(await ask('runs/search?q=third')).toEqual({ runs: [] })
  expect(await call('GET', `${BASE}/get_runs?run_ids=abc`)).toMatchObject({ status: 400 })
  expect(await ask(`run_episodes/count?run_id=${run}`)).toEqual({ count: 3 })
  expect(await ask(`episodes_by_task_name/count?run_ids=${run}`)).toEqual({ count: 2 })
  const { episodes } = await ask(`episodes_by_task_name?run_ids=${run}`)
  expect((episodes as object[][]).map((group) => group.length)).toEqual([2, 1])
})
