import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import type { Route } from '../../http/route.ts'
import type { JsonObject } from '../../lib/json.ts'
import { findEach } from '../../ops/find-inferences.ts'
import { type Resolved, resolveId } from '../../ops/resolve-id.ts'
import { upToNow } from '../../ops/up-to-now.ts'
import type { EpisodeQuery } from '../../store/episodes.ts'
import type { App } from '../app.ts'
import { compact } from '../compact.ts'
import { Filter, readFilter } from './filters.ts'
import { readBySchema } from '../serde.ts'
import { nativeRoute, storedOf, Uuid } from './native-route.ts'
import { hexOf, timestampOf } from './stored-inference.ts'

const DEFAULT_LIMIT = 20

const Cursors = { before: Uuid.optional(), after: Uuid.optional() }
const EpisodeFields = { ...Cursors, function_name: z.string().optional() }

const listEpisodes = nativeRoute({
  method: 'GET',
  path: '/internal/episodes',
  summary: 'Episodes, newest first.',
  query: z.object({ ...EpisodeFields, limit: z.coerce.number().int() }),
  handle: (app: App, { query }) => episodes(app, query),
})

const findEpisodes = nativeRoute({
  method: 'POST',
  path: '/internal/episodes',
  summary: 'Episodes with inferences that a filter finds, newest first.',
  body: z.object({ ...EpisodeFields, limit: z.int(), filters: Filter.optional() }),
  handle: (app: App, { body }) => episodes(app, body),
})

interface Asked {
  readonly limit: number
  readonly before?: string | undefined
  readonly after?: string | undefined
  readonly function_name?: string | undefined
  readonly filters?: Filter | undefined
}

async function episodes(app: App, asked: Asked) {
  if (asked.limit < 1) throw refuse('Limit must be at least 1')
  if (asked.limit > 100) throw refuse('Limit cannot exceed 100')
  const { before, after, limit, function_name: functionName, filters } = asked
  const filter = filters && readFilter(app.engine.config(), filters)
  const query: EpisodeQuery = { limit, ...compact({ before, after, functionName, filter }) }
  const stored = storedOf(app)
  await upToNow(stored)
  const found = await stored.reads.episodes(query)
  return {
    episodes: found.map(({ episodeId, count, firstInferenceId, lastInferenceId }) => ({
      episode_id: episodeId,
      count,
      start_time: timestampOf(firstInferenceId),
      end_time: timestampOf(lastInferenceId),
      last_inference_id: lastInferenceId,
    })),
  }
}

const episodeBounds = nativeRoute({
  method: 'GET',
  path: '/internal/episodes/bounds',
  summary: 'The first and the last episode, and how many there are.',
  handle: async (app: App) => {
    const { first, last, count } = await storedOf(app).reads.episodeBounds()
    return { ...compact({ first_id: first ?? undefined, last_id: last ?? undefined }), count }
  },
})

const episodeCount = nativeRoute({
  method: 'GET',
  path: '/internal/episodes/:episode/inference_count',
  summary: 'How many inferences an episode has.',
  handle: async (app: App, { params }) => {
    const stored = storedOf(app)
    await upToNow(stored)
    const episodeId = (params['episode'] ?? '').toLowerCase()
    return { inference_count: await stored.reads.countInferences({ episodeId }) }
  },
})

const metadata = nativeRoute({
  method: 'GET',
  path: '/internal/inference_metadata',
  summary: 'Stored inferences without their texts.',
  query: z.object({
    ...Cursors,
    limit: z.coerce.number().int().min(0).max(1000).optional(),
    function_name: z.string().optional(),
    variant_name: z.string().optional(),
    episode_id: Uuid.optional(),
  }),
  handle: async (app: App, { query }) => {
    const { before, after, limit, episode_id: episodeId } = query
    const { function_name: functionName, variant_name: variantName } = query
    if (before && after) throw refuse("Cannot specify both 'before' and 'after' parameters")
    const asked = compact({ functionName, variantName, episodeId })
    const cursors = compact({ before, after })
    const page = { order: [], limit: limit || DEFAULT_LIMIT, ...cursors }
    const found = await findEach(storedOf(app), asked, page)
    return {
      inference_metadata: found.map((inference) => ({
        id: inference.id,
        function_name: inference.functionName,
        variant_name: inference.variantName,
        episode_id: inference.episodeId,
        function_type: inference.native?.type ?? 'chat',
        snapshot_hash: hexOf(inference.configHash),
      })),
    }
  },
})

const resolveUuid = nativeRoute({
  method: 'GET',
  path: '/internal/resolve_uuid/:id',
  summary: 'What an id is of.',
  handle: async (app: App, { params }) => {
    const id = readBySchema(Uuid, params['id'])
    const found = await resolveId(storedOf(app), id)
    return { id, object_types: found.map(presentResolved) }
  },
})

function presentResolved(found: Resolved): JsonObject {
  switch (found.type) {
    case 'inference':
      return {
        type: 'inference',
        function_name: found.functionName,
        function_type: found.functionType,
        variant_name: found.variantName,
        episode_id: found.episodeId,
      }
    case 'model_inference':
      return {
        type: 'model_inference',
        inference_id: found.inferenceId,
        model_name: found.model,
        model_provider_name: found.provider,
      }
    case 'episode':
      return { type: 'episode' }
    case 'feedback':
      return { type: `${found.of}_feedback` }
    case 'datapoint':
      return {
        type: `${found.of}_datapoint`,
        dataset_name: found.datasetName,
        function_name: found.functionName,
      }
  }
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}

export const episodeRoutes: readonly Route<App>[] = [
  listEpisodes,
  findEpisodes,
  episodeBounds,
  episodeCount,
  metadata,
  resolveUuid,
]
