import type { FeedbackType } from '../domain/feedback.ts'
import type { StoreClient } from '../store/client.ts'
import type { StoredInference } from '../store/store.ts'
import { upToNow } from './up-to-now.ts'

/** What an id may be of. */
export type Resolved =
  | {
      readonly type: 'inference'
      readonly functionName: string
      readonly functionType: 'chat' | 'json'
      readonly variantName: string
      readonly episodeId: string
    }
  | {
      readonly type: 'model_inference'
      readonly inferenceId: string
      readonly model: string
      readonly provider: string
    }
  | { readonly type: 'episode' }
  | { readonly type: 'feedback'; readonly of: FeedbackType }
  | {
      readonly type: 'datapoint'
      readonly of: 'chat' | 'json'
      readonly datasetName: string
      readonly functionName: string
    }

/** All that has this id; empty when nothing does. */
export async function resolveId(stored: StoreClient, id: string): Promise<Resolved[]> {
  await upToNow(stored)
  const { reads } = stored
  const page = { order: [], limit: 1 }
  const [inferences, attempted, target, feedback, datapoints] = await Promise.all([
    reads.inferences({ ids: [id] }, page),
    reads.byAttempt(id),
    reads.target(id),
    reads.feedbackById(id),
    reads.datapoints({ ids: [id], stale: true }, page),
  ])
  return [
    ...inferences.map(({ functionName, variantName, episodeId, native }): Resolved => {
      const functionType = native?.type ?? 'chat'
      return { type: 'inference', functionName, functionType, variantName, episodeId }
    }),
    ...(attempted ? [asModelInference(attempted, id)] : []),
    ...(target?.level === 'episode' ? [{ type: 'episode' } as const] : []),
    ...(feedback ? [{ type: 'feedback', of: feedback.type } as const] : []),
    ...datapoints.map(({ type: of, datasetName, functionName }): Resolved => {
      return { type: 'datapoint', of, datasetName, functionName }
    }),
  ]
}

function asModelInference(found: StoredInference, id: string): Resolved {
  const attempt = found.attemptRecords.find((one) => one.id === id)
  return {
    type: 'model_inference',
    inferenceId: found.id,
    model: attempt?.model ?? found.model ?? found.requestedModel,
    provider: attempt?.provider ?? '',
  }
}
