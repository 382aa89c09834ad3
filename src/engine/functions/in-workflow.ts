import { GatewayError } from '../../domain/errors.ts'
import {
  decodeEpisode,
  decodeRun,
  isWorkflowEpisode,
  WORKFLOW_EPISODES,
  WORKFLOW_RUNS,
} from '../../domain/workflow-run.ts'
import type { Engine } from '../engine.ts'
import type { Trace } from '../trace.ts'
import type { Task } from './task.ts'

/**
 * In an episode of a workflow evaluation the run says which variant answers, and adds its tags; what
 * the request itself says of these wins. Throws `GatewayError` (400) where there is no such run.
 */
export async function inWorkflow(
  { stored }: Pick<Engine, 'stored'>,
  trace: Trace,
  task: Task | undefined,
): Promise<Task | undefined> {
  if (!isWorkflowEpisode(trace.episodeId)) return task
  const key = trace.episodeId
  const found = await stored?.reads.document({ collection: WORKFLOW_EPISODES, key })
  if (!found) {
    const message = `Workflow evaluation run not found for episode id: ${key}`
    throw new GatewayError('invalid_request', message)
  }
  const episode = decodeEpisode(key, found)
  const name = { collection: WORKFLOW_RUNS, key: episode.runId }
  const run = decodeRun(episode.runId, (await stored?.reads.document(name)) ?? null)
  for (const [tag, value] of Object.entries({ ...run.tags, ...episode.tags })) {
    trace.tags[tag] ??= value
  }
  const pinned = task?.functionName ? run.variants[task.functionName] : undefined
  if (!task || pinned === undefined || task.dynamicVariant !== null) return task
  if (task.variantName === null) return { ...task, variantName: pinned }
  trace.warnings.push(
    '`variant_name` is set both in the inference and in the workflow evaluation run.',
  )
  return task
}
