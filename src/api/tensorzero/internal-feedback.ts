import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import { type Feedback, FEEDBACK_TYPES } from '../../domain/feedback.ts'
import { isUuid } from '../../domain/ids.ts'
import { jsonRoute, type Route } from '../../http/route.ts'
import type { StoreClient } from '../../store/client.ts'
import type { IdPage } from '../../store/reads.ts'
import type { App } from '../app.ts'

// What TensorZero's own pages ask about feedback, under their paths and in their words.

const Id = z
  .string()
  .transform((id) => id.toLowerCase())
  .refine(isUuid, 'must be a UUID')
const Page = z.object({
  before: Id.optional(),
  after: Id.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
})

const Rows = z.object({ feedback: z.array(z.custom<object>()) })

const ofTarget = jsonRoute({
  method: 'GET',
  paths: ['/internal/feedback/:target'],
  scope: 'admin',
  summary: 'What was said of an inference or an episode, newest first.',
  plainErrors: true,
  query: Page,
  result: Rows,
  handle: async (app: App, { params, query }) => {
    const found = await stored(app).reads.feedbackOf(targetIn(params), pageOf(query))
    return { feedback: found.map(present) }
  },
})

const demonstrations = jsonRoute({
  method: 'GET',
  paths: ['/internal/feedback/:target/demonstrations'],
  scope: 'admin',
  summary: 'What should have been answered, newest first.',
  plainErrors: true,
  query: Page,
  result: Rows,
  handle: async (app: App, { params, query }) => {
    const page = { ...pageOf(query), type: 'demonstration' as const }
    const found = await stored(app).reads.feedbackOf(targetIn(params), page)
    return { feedback: found.map(fieldsOf) }
  },
})

const Bounds = z.object({ first_id: z.string().nullable(), last_id: z.string().nullable() })

const bounds = jsonRoute({
  method: 'GET',
  paths: ['/internal/feedback/:target/bounds'],
  scope: 'admin',
  summary: 'The first and the last feedback of a target, of all types and of each.',
  plainErrors: true,
  result: z.object({
    first_id: z.string().optional(),
    last_id: z.string().optional(),
    by_type: z.record(z.enum(FEEDBACK_TYPES), Bounds),
  }),
  handle: async (app: App, { params }) => {
    const { byType } = await stored(app).reads.feedbackSummary(targetIn(params))
    const firsts = Object.values(byType).map(({ firstId }) => firstId)
    const lasts = Object.values(byType).map(({ lastId }) => lastId)
    const first = firsts.toSorted()[0]
    const last = lasts.toSorted().at(-1)
    const boundsOf = (type: (typeof FEEDBACK_TYPES)[number]) => ({
      first_id: byType[type]?.firstId ?? null,
      last_id: byType[type]?.lastId ?? null,
    })
    return {
      ...(first !== undefined && { first_id: first }),
      ...(last !== undefined && { last_id: last }),
      by_type: {
        boolean: boundsOf('boolean'),
        float: boundsOf('float'),
        comment: boundsOf('comment'),
        demonstration: boundsOf('demonstration'),
      },
    }
  },
})

const count = jsonRoute({
  method: 'GET',
  paths: ['/internal/feedback/:target/count'],
  scope: 'admin',
  summary: 'How often something was said of a target.',
  plainErrors: true,
  result: z.object({ count: z.int() }),
  handle: async (app: App, { params }) => {
    const { byType } = await stored(app).reads.feedbackSummary(targetIn(params))
    return { count: Object.values(byType).reduce((sum, { count: each }) => sum + each, 0) }
  },
})

const latest = jsonRoute({
  method: 'GET',
  paths: ['/internal/feedback/:target/latest_id_by_metric'],
  scope: 'admin',
  summary: 'The newest feedback of a target for each metric.',
  plainErrors: true,
  result: z.object({ feedback_id_by_metric: z.record(z.string(), z.string()) }),
  handle: async (app: App, { params }) => {
    const summary = await stored(app).reads.feedbackSummary(targetIn(params))
    return { feedback_id_by_metric: { ...summary.latest } }
  },
})

export const internalFeedback: readonly Route<App>[] = [
  ofTarget,
  demonstrations,
  bounds,
  count,
  latest,
]

function stored({ engine }: App): StoreClient {
  if (engine.stored) return engine.stored
  const message = 'Nothing is recorded here: `gateway.observability.enabled` is `false`.'
  throw new GatewayError('invalid_request', message)
}

function targetIn(params: Record<string, string>): string {
  const id = Id.safeParse(params['target'])
  if (id.success) return id.data
  throw new GatewayError('invalid_request', `Not a UUID: ${params['target']}`)
}

function pageOf({ before, after, limit }: z.infer<typeof Page>): IdPage {
  if (before !== undefined && after !== undefined) {
    throw new GatewayError('invalid_request', 'Cannot specify both `before` and `after`')
  }
  return {
    limit,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  }
}

function present(feedback: Feedback): object {
  return { type: feedback.type, ...fieldsOf(feedback) }
}

function fieldsOf(feedback: Feedback): object {
  const { id, targetId, metricName, value, tags, type, level } = feedback
  const rest = { tags, timestamp: new Date(feedback.at).toISOString() }
  switch (type) {
    case 'boolean':
    case 'float':
      return { id, target_id: targetId, metric_name: metricName, value, ...rest }
    case 'comment':
      return { id, target_id: targetId, target_type: level, value, ...rest }
    case 'demonstration':
      return { id, inference_id: targetId, value: JSON.stringify(value), ...rest }
  }
}
