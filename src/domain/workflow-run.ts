import { asObject, asString, type Json, type JsonObject } from '../lib/json.ts'
import { isUuidV7, uuidV7At } from './ids.ts'

/** A workflow evaluation: which variants answer in its episodes, and under which tags. */
export interface WorkflowRun {
  readonly id: string
  /** Variants by function. */
  readonly variants: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly projectName: string | null
  readonly displayName: string | null
}

export interface WorkflowEpisode {
  readonly id: string
  readonly runId: string
  readonly taskName: string | null
  readonly tags: Readonly<Record<string, string>>
}

/** Documents, by their ids. */
export const WORKFLOW_RUNS = 'workflow_run'
export const WORKFLOW_EPISODES = 'workflow_episode'

/** The ids of such episodes lie so far in the future: that is how they are known. */
export const WORKFLOW_AHEAD_MS = 10_000_000_000_000

/** Ids are in the order of their times. */
const FIRST_AHEAD = uuidV7At(WORKFLOW_AHEAD_MS)

export function isWorkflowEpisode(episodeId: string): boolean {
  return episodeId >= FIRST_AHEAD && isUuidV7(episodeId)
}

export function encodeRun(run: WorkflowRun): JsonObject {
  return {
    variants: { ...run.variants },
    tags: { ...run.tags },
    project_name: run.projectName,
    display_name: run.displayName,
  }
}

export function decodeRun(id: string, document: Json): WorkflowRun {
  const json = asObject(document) ?? {}
  return {
    id,
    variants: textsOf(json['variants']),
    tags: textsOf(json['tags']),
    projectName: asString(json['project_name']) ?? null,
    displayName: asString(json['display_name']) ?? null,
  }
}

export function encodeEpisode(episode: WorkflowEpisode): JsonObject {
  return { run_id: episode.runId, task_name: episode.taskName, tags: { ...episode.tags } }
}

export function decodeEpisode(id: string, document: Json): WorkflowEpisode {
  const json = asObject(document) ?? {}
  return {
    id,
    runId: asString(json['run_id']) ?? '',
    taskName: asString(json['task_name']) ?? null,
    tags: textsOf(json['tags']),
  }
}

/** The texts among an object's values. */
export function textsOf(json: Json | undefined): Record<string, string> {
  const texts = Object.entries(asObject(json) ?? {}).flatMap(([key, value]) => {
    const text = asString(value)
    return text === undefined ? [] : [[key, text] as const]
  })
  return Object.fromEntries(texts)
}
