import { GatewayError } from '../domain/errors.ts'
import type { Feedback } from '../domain/feedback.ts'
import { timeGroups, timeOfUuidV7 } from '../domain/ids.ts'
import {
  decodeEpisode,
  decodeRun,
  encodeEpisode,
  encodeRun,
  WORKFLOW_AHEAD_MS,
  WORKFLOW_EPISODES,
  WORKFLOW_RUNS,
  type WorkflowEpisode,
  type WorkflowRun,
} from '../domain/workflow-run.ts'
import type { Json } from '../lib/json.ts'
import type { StoreClient } from '../store/client.ts'
import type { Curator } from './datasets.ts'
import { functionNamed } from '../engine/functions/function-named.ts'

/** Begins a run. Resolves with its id; throws `GatewayError` (404, 400) for an unknown variant. */
export async function beginRun(
  { engine, stored }: Curator,
  given: Omit<WorkflowRun, 'id'>,
): Promise<string> {
  const config = engine.config()
  for (const [name, variant] of Object.entries(given.variants)) {
    const fn = functionNamed(config, name)
    if (fn.variants.has(variant)) continue
    const message = `Variant ${variant} for function ${name} not found.`
    throw new GatewayError('invalid_request', message)
  }
  const key = engine.ids.next()
  const value = encodeRun({ ...given, id: key })
  await stored.change({ kind: 'put', collection: WORKFLOW_RUNS, key, value })
  return key
}

/** Begins an episode of a run. Resolves with its id. */
export async function beginEpisode(
  { engine, stored }: Curator,
  given: Omit<WorkflowEpisode, 'id'>,
): Promise<string> {
  const { runId } = given
  const document = await stored.reads.document({ collection: WORKFLOW_RUNS, key: runId })
  if (document === null) {
    throw new GatewayError('invalid_request', `Workflow evaluation run not found: ${runId}`)
  }
  const tags = {
    ...decodeRun(runId, document).tags,
    ...given.tags,
    'tensorzero::dynamic_evaluation_run_id': runId,
    'tensorzero::workflow_evaluation_run_id': runId,
  }
  const key = ahead(engine.ids.next())
  const value = encodeEpisode({ ...given, tags, id: key })
  await stored.change({ kind: 'put', collection: WORKFLOW_EPISODES, key, value })
  return key
}

/** The id with its time moved into the future, where those of workflow evaluations are. */
function ahead(id: string): string {
  return timeGroups(timeOfUuidV7(id) + WORKFLOW_AHEAD_MS) + id.slice(13)
}

/** When an episode began, ms since 1970. */
export function beganAt(episodeId: string): number {
  return timeOfUuidV7(episodeId) - WORKFLOW_AHEAD_MS
}

/** The newest first. */
export async function allRuns(stored: StoreClient): Promise<WorkflowRun[]> {
  return all(stored, WORKFLOW_RUNS, decodeRun)
}

/** Of these runs, the newest first. */
export async function episodesOf(
  stored: StoreClient,
  runIds: readonly string[],
): Promise<WorkflowEpisode[]> {
  const episodes = await all(stored, WORKFLOW_EPISODES, decodeEpisode)
  return episodes.filter(({ runId }) => runIds.includes(runId))
}

const AT_ONCE = 1000

async function all<T>(
  { reads }: StoreClient,
  collection: string,
  decode: (id: string, document: Json) => T,
): Promise<T[]> {
  const found: T[] = []
  let page: { limit: number; after?: string } = { limit: AT_ONCE }
  for (;;) {
    const documents = await reads.documents(collection, page)
    found.push(...documents.map(({ key, value }) => decode(key, value)))
    const last = documents.at(-1)
    if (last === undefined || documents.length < AT_ONCE) return found.toReversed()
    page = { limit: AT_ONCE, after: last.key }
  }
}

/**
 * What was said of an episode and of its inferences: all comments, and the last value of each metric
 * for each of them.
 */
export async function feedbackIn(
  { reads }: StoreClient,
  episodeId: string,
): Promise<Pick<Feedback, 'metricName' | 'type' | 'value'>[]> {
  const inferences = await reads.inferences({ episodeId }, { order: [], limit: 1000 })
  const counting = new Map<string, Feedback>()
  for (const target of [episodeId, ...inferences.map(({ id }) => id)]) {
    const newestFirst = await reads.feedbackOf(target, { limit: 1000 })
    for (const feedback of newestFirst) {
      const { id, metricName, type } = feedback
      const key = type === 'comment' ? id : `${target} ${metricName}`
      if (type !== 'demonstration' && !counting.has(key)) counting.set(key, feedback)
    }
  }
  return [...counting.values()]
}
