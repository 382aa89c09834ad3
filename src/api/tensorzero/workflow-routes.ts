import { z } from 'zod'
import { meanInterval, shareInterval } from '../../domain/experiments/intervals.ts'
import { momentsOf, varianceOf } from '../../domain/experiments/moments.ts'
import type { Feedback } from '../../domain/feedback.ts'
import { GatewayError } from '../../domain/errors.ts'
import { timeOfUuidV7 } from '../../domain/ids.ts'
import type { WorkflowEpisode, WorkflowRun } from '../../domain/workflow-run.ts'
import type { Route } from '../../http/route.ts'
import {
  allRuns,
  beganAt,
  beginEpisode,
  beginRun,
  episodesOf,
  feedbackIn,
} from '../../ops/workflow-runs.ts'
import type { App } from '../app.ts'
import { known } from './model-inferences.ts'
import { nativeRoute, storedOf, Uuid } from './native-route.ts'
import { secondsOf } from './stored-inference.ts'

const Texts = z.record(z.string(), z.string())

function checkTags(tags: Readonly<Record<string, string>>, internal: boolean): void {
  const own = Object.keys(tags).find((key) => key.startsWith('tensorzero::'))
  if (own === undefined || internal) return
  throw new GatewayError('invalid_request', `Tag name cannot start with 'tensorzero::': ${own}`)
}

const begin = nativeRoute({
  method: 'POST',
  path: '/workflow_evaluation_run',
  summary: 'Begin a workflow evaluation.',
  body: z.object({
    variants: Texts,
    tags: Texts.default({}),
    project_name: z.string().nullish(),
    display_name: z.string().nullish(),
    internal: z.boolean().default(false),
  }),
  handle: async (app: App, { body }) => {
    checkTags(body.tags, body.internal)
    const { variants, tags, project_name: project, display_name: display } = body
    const given = { variants, tags, projectName: project ?? null, displayName: display ?? null }
    return { run_id: await beginRun({ engine: app.engine, stored: storedOf(app) }, given) }
  },
})

const beginOne = nativeRoute({
  method: 'POST',
  path: '/workflow_evaluation_run/:run/episode',
  summary: 'Begin an episode of a workflow evaluation.',
  body: z.object({ task_name: z.string().nullish(), tags: Texts.default({}) }),
  handle: async (app: App, { params, body }) => {
    checkTags(body.tags, false)
    const runId = (params['run'] ?? '').toLowerCase()
    const given = { runId, taskName: body.task_name ?? null, tags: body.tags }
    return { episode_id: await beginEpisode({ engine: app.engine, stored: storedOf(app) }, given) }
  },
})

const U32 = z.coerce.number().int().min(0)
const pageOf = (limit: number) => ({ limit: U32.default(limit), offset: U32.default(0) })
const RunIds = z
  .string()
  .transform((ids) => ids.split(',').filter(Boolean))
  .pipe(z.array(z.string().trim().pipe(Uuid)))

function cut<T>(items: readonly T[], page: { readonly limit: number; readonly offset: number }) {
  return items.slice(page.offset, page.offset + page.limit)
}

function presentRun(run: WorkflowRun) {
  return {
    ...(run.displayName !== null && { name: run.displayName }),
    id: run.id,
    variant_pins: { ...run.variants },
    tags: { ...run.tags },
    ...(run.projectName !== null && { project_name: run.projectName }),
    timestamp: secondsOf(timeOfUuidV7(run.id)),
  }
}

async function projectsOf(app: App) {
  const runs = (await allRuns(storedOf(app))).filter(({ projectName }) => projectName !== null)
  const byName = Map.groupBy(runs, ({ projectName }) => projectName ?? '')
  return [...byName].map(([name, [newest, ...others]]) => ({
    name,
    count: others.length + 1,
    last_updated: secondsOf(timeOfUuidV7(newest?.id ?? '')),
  }))
}

const BASE = '/internal/workflow_evaluations'

const projects = nativeRoute({
  method: 'GET',
  path: `${BASE}/projects`,
  summary: 'Projects of workflow evaluations.',
  query: z.object(pageOf(100)),
  handle: async (app: App, { query }) => ({ projects: cut(await projectsOf(app), query) }),
})

const projectCount = nativeRoute({
  method: 'GET',
  path: `${BASE}/projects/count`,
  summary: 'How many projects there are.',
  handle: async (app: App) => ({ count: (await projectsOf(app)).length }),
})

const listRuns = nativeRoute({
  method: 'GET',
  path: `${BASE}/list_runs`,
  summary: 'Workflow evaluations, newest first.',
  query: z.object({
    ...pageOf(100),
    run_id: Uuid.optional(),
    project_name: z.string().optional(),
  }),
  handle: async (app: App, { query }) => {
    const { run_id: id, project_name: project } = query
    const runs = (await allRuns(storedOf(app))).filter(
      (run) => (id ?? run.id) === run.id && (project ?? run.projectName) === run.projectName,
    )
    const page = cut(runs, query)
    const episodes = await episodesOf(
      storedOf(app),
      page.map((run) => run.id),
    )
    const counts = Map.groupBy(episodes, ({ runId }) => runId)
    return {
      runs: page.map((run) =>
        Object.assign(presentRun(run), { num_episodes: counts.get(run.id)?.length ?? 0 }),
      ),
    }
  },
})

const getRuns = nativeRoute({
  method: 'GET',
  path: `${BASE}/get_runs`,
  summary: 'Workflow evaluations by their ids.',
  query: z.object({ run_ids: RunIds, project_name: z.string().optional() }),
  handle: async (app: App, { query }) => {
    const { run_ids: ids, project_name: project } = query
    const runs = (await allRuns(storedOf(app))).filter(
      (run) => ids.includes(run.id) && (project ?? run.projectName) === run.projectName,
    )
    return { runs: runs.map(presentRun) }
  },
})

const runCount = nativeRoute({
  method: 'GET',
  path: `${BASE}/runs/count`,
  summary: 'How many workflow evaluations there are.',
  handle: async (app: App) => ({ count: (await allRuns(storedOf(app))).length }),
})

const search = nativeRoute({
  method: 'GET',
  path: `${BASE}/runs/search`,
  summary: 'Workflow evaluations by a text in their names or ids.',
  query: z.object({
    ...pageOf(100),
    project_name: z.string().optional(),
    q: z.string().default(''),
  }),
  handle: async (app: App, { query }) => {
    const wanted = query.q.toLowerCase()
    const runs = (await allRuns(storedOf(app))).filter(
      ({ id, displayName, projectName }) =>
        (query.project_name ?? projectName) === projectName &&
        (id.includes(wanted) || (displayName ?? '').toLowerCase().includes(wanted)),
    )
    return { runs: cut(runs, query).map(presentRun) }
  },
})

async function presentEpisode(app: App, episode: WorkflowEpisode) {
  const said = await feedbackIn(storedOf(app), episode.id)
  const sorted = said.toSorted((one, other) => (one.metricName < other.metricName ? -1 : 1))
  return {
    episode_id: episode.id,
    timestamp: secondsOf(beganAt(episode.id)),
    run_id: episode.runId,
    tags: { ...episode.tags },
    ...(episode.taskName !== null && { task_name: episode.taskName }),
    feedback_metric_names: sorted.map(({ metricName }) => metricName),
    feedback_values: sorted.map(({ value }) =>
      typeof value === 'string' ? value : JSON.stringify(value),
    ),
  }
}

const runEpisodes = nativeRoute({
  method: 'GET',
  path: `${BASE}/run_episodes`,
  summary: 'The episodes of a workflow evaluation, with what was said of them.',
  query: z.object({ ...pageOf(15), run_id: Uuid }),
  handle: async (app: App, { query }) => {
    const episodes = cut(await episodesOf(storedOf(app), [query.run_id]), query)
    return { episodes: await Promise.all(episodes.map((each) => presentEpisode(app, each))) }
  },
})

const runEpisodeCount = nativeRoute({
  method: 'GET',
  path: `${BASE}/run_episodes/count`,
  summary: 'How many episodes a workflow evaluation has.',
  query: z.object({ run_id: Uuid }),
  handle: async (app: App, { query }) => ({
    count: (await episodesOf(storedOf(app), [query.run_id])).length,
  }),
})

/** Episodes of one task stand together; one without a task stands alone. */
function groupsOf(episodes: readonly WorkflowEpisode[]): [string, WorkflowEpisode[]][] {
  return [...Map.groupBy(episodes, ({ id, taskName }) => taskName ?? `NULL_EPISODE_${id}`)]
}

const byTask = nativeRoute({
  method: 'GET',
  path: `${BASE}/episodes_by_task_name`,
  summary: 'Episodes of several workflow evaluations, by their tasks.',
  query: z.object({ ...pageOf(15), run_ids: RunIds.default([]) }),
  handle: async (app: App, { query }) => {
    const groups = cut(groupsOf(await episodesOf(storedOf(app), query.run_ids)), query)
    const present = (name: string, episodes: readonly WorkflowEpisode[]) =>
      Promise.all(
        episodes.map(async (each) =>
          Object.assign({ group_key: name }, await presentEpisode(app, each)),
        ),
      )
    return { episodes: await Promise.all(groups.map(([name, each]) => present(name, each))) }
  },
})

const taskCount = nativeRoute({
  method: 'GET',
  path: `${BASE}/episodes_by_task_name/count`,
  summary: 'How many tasks several workflow evaluations have.',
  query: z.object({ run_ids: RunIds.default([]) }),
  handle: async (app: App, { query }) => ({
    count: groupsOf(await episodesOf(storedOf(app), query.run_ids)).length,
  }),
})

const statistics = nativeRoute({
  method: 'GET',
  path: `${BASE}/run_statistics`,
  summary: 'What metrics say of a workflow evaluation.',
  query: z.object({ run_id: Uuid, metric_name: z.string().optional() }),
  handle: async (app: App, { query }) => {
    const { run_id: runId, metric_name: wanted } = query
    const episodes = await episodesOf(storedOf(app), [runId])
    const said = await Promise.all(episodes.map(({ id }) => feedbackIn(storedOf(app), id)))
    const numbers = said
      .flat()
      .filter(({ type }) => type === 'float' || type === 'boolean')
      .filter(({ metricName }) => (wanted ?? metricName) === metricName)
    const byMetric = Map.groupBy(numbers, ({ metricName }) => metricName)
    const metrics = [...byMetric].toSorted(([one], [other]) => (one < other ? -1 : 1))
    return { statistics: metrics.map(([metric, values]) => statisticsOf(metric, values)) }
  },
})

function statisticsOf(metric: string, said: readonly Pick<Feedback, 'type' | 'value'>[]) {
  const moments = momentsOf(said.map(({ value }) => Number(value)))
  const variance = varianceOf(moments)
  const yesOrNo = said.every(({ type }) => type === 'boolean')
  const between = yesOrNo ? shareInterval(moments) : meanInterval(moments)
  return {
    metric_name: metric,
    count: moments.count,
    avg_metric: moments.mean,
    ...known({
      stdev: variance === null ? null : Math.sqrt(variance),
      ci_lower: between?.lower ?? null,
      ci_upper: between?.upper ?? null,
    }),
  }
}

export const workflowRoutes: readonly Route<App>[] = [
  begin,
  beginOne,
  projects,
  projectCount,
  listRuns,
  getRuns,
  runCount,
  search,
  runEpisodes,
  runEpisodeCount,
  byTask,
  taskCount,
  statistics,
]
