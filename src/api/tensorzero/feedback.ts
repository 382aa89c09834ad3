import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import { jsonRoute } from '../../http/route.ts'
import { type GivenFeedback, giveFeedback } from '../../ops/feedback.ts'
import type { App } from '../app.ts'
import type { Json } from '../../domain/chat.ts'
import { readBySchema, struct } from '../serde.ts'
import { Uuid } from './native-route.ts'

const Body = struct({
  metric_name: z.string(),
  value: z.custom<Json>((value) => value !== undefined, 'missing field `value`'),
  inference_id: Uuid.nullish(),
  episode_id: Uuid.nullish(),
  tags: z.record(z.string(), z.string()).default({}),
  dryrun: z.boolean().nullish(),
  internal: z.boolean().default(false),
})

/** TensorZero's `POST /feedback`. */
export const feedback = jsonRoute({
  method: 'POST',
  paths: ['/feedback'],
  scope: 'inference',
  summary: 'Say what an answer or an episode was worth.',
  plainErrors: true,
  body: z.custom<unknown>(),
  result: z.object({ feedback_id: z.string() }),
  handle: async ({ engine }: App, { body }) => ({
    feedback_id: await giveFeedback(engine, readFeedback(body)),
  }),
})

/** Throws `GatewayError` (400) where it is no feedback. */
export function readFeedback(body: unknown): GivenFeedback {
  const given = readBySchema(Body, body)
  return {
    metricName: given.metric_name,
    value: given.value,
    inferenceId: given.inference_id ?? null,
    episodeId: given.episode_id ?? null,
    tags: tagsOf(given),
    dryrun: given.dryrun === true,
  }
}

/** Our own tags are for our own programs, which say so. */
function tagsOf({ tags, internal }: z.infer<typeof Body>): Record<string, string> {
  if (internal) return { ...tags, 'tensorzero::internal': 'true' }
  const own = Object.keys(tags).find((key) => key.startsWith('tensorzero::'))
  if (own === undefined) return tags
  throw new GatewayError('invalid_request', `Tag name cannot start with 'tensorzero::': ${own}`)
}
