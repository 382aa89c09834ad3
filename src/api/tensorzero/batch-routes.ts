import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import { beginBatch } from '../../engine/batches/begin-batch.ts'
import { jsonRoute, type Route } from '../../http/route.ts'
import type { JsonObject } from '../../lib/json.ts'
import { askAfterBatch, type BatchReport } from '../../ops/batches.ts'
import type { StoreClient } from '../../store/client.ts'
import type { StoredInference } from '../../store/store.ts'
import type { App } from '../app.ts'
import { readBySchema } from '../serde.ts'
import { readBatchRequest } from './batch-request.ts'
import { encodeUsage } from './encode.ts'
import { nativeStatus } from './inference.ts'
import { Uuid } from './native-route.ts'

const COMMON = { scope: 'inference', plainErrors: true, statusOf: nativeStatus } as const

const begin = jsonRoute({
  ...COMMON,
  method: 'POST',
  paths: ['/batch_inference'],
  summary: 'Hands in many requests at once, to be answered within hours.',
  body: z.custom<unknown>(),
  result: z.unknown(),
  handle: async ({ engine }: App, { body }) => {
    const begun = await beginBatch(engine, storedOf(engine), readBatchRequest(body))
    return { batch_id: begun.id, inference_ids: begun.inferenceIds, episode_ids: begun.episodeIds }
  },
})

const poll = jsonRoute({
  ...COMMON,
  method: 'GET',
  paths: ['/batch_inference/:batch', '/batch_inference/:batch/inference/:inference'],
  summary: 'Asks after a batch, or after one of its requests.',
  result: z.unknown(),
  handle: async ({ engine }: App, { params }) => {
    const { batch, inference } = params
    const inferenceId = inference === undefined ? null : readBySchema(Uuid, inference)
    const wanted = { batchId: readBySchema(Uuid, batch), inferenceId }
    return presentReport(await askAfterBatch(engine, storedOf(engine), wanted))
  },
})

function storedOf({ stored }: App['engine']): StoreClient {
  if (stored) return stored
  const message =
    'Batch inference requires observability to be enabled (`gateway.observability.enabled` must not be `false`).'
  throw new GatewayError('invalid_request', message)
}

/** `errors`, of what has no answer, is ours: TensorZero is silent there. */
function presentReport({ batch, answers, failures }: BatchReport): JsonObject {
  const failed = Object.entries(failures)
  const errors = failed.map(([id, error]) => ({ inference_id: id, error }))
  return {
    status: batch.status,
    ...(batch.status === 'completed' && {
      batch_id: batch.id,
      inferences: answers.flatMap(presentAnswer),
    }),
    ...(errors.length > 0 && { errors }),
  }
}

/** As `POST /inference` would have answered; nothing where its texts are gone. */
function presentAnswer({ record }: StoredInference): JsonObject[] {
  const { native } = record
  if (!native) return []
  const { usage, costNano, finish } = record
  return [
    {
      inference_id: record.id,
      episode_id: record.episodeId,
      variant_name: record.variantName,
      [native.type === 'chat' ? 'content' : 'output']: native.output,
      usage: encodeUsage(usage, costNano === null ? null : costNano / 1e9),
      ...(finish && { finish_reason: finish }),
    },
  ]
}

export const batchRoutes: readonly Route<App>[] = [begin, poll]
