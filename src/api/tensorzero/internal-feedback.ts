import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import type { Feedback, FeedbackType } from '../../domain/feedback.ts'
import { asObject, parseJson } from '../../lib/json.ts'
import type { Route } from '../../http/route.ts'
import type { IdPage } from '../../store/reads.ts'
import type { App } from '../app.ts'
import { humanFeedbackName } from '../../ops/human-feedback.ts'
import { compact } from '../compact.ts'
import { readBySchema, struct } from '../serde.ts'
import { nativeRoute, storedOf, Uuid } from './native-route.ts'

// What TensorZero's own pages ask about feedback, under their paths and in their words.

const Page = z.object({
  before: Uuid.optional(),
  after: Uuid.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
})

const ofTarget = nativeRoute({
  method: 'GET',
  path: '/internal/feedback/:target',
  summary: 'What was said of an inference or an episode, newest first.',
  query: Page,
  handle: async (app: App, { params, query }) => {
    const found = await storedOf(app).reads.feedbackOf(targetIn(params), pageOf(query))
    return { feedback: found.map(present) }
  },
})

const demonstrations = nativeRoute({
  method: 'GET',
  path: '/internal/feedback/:target/demonstrations',
  summary: 'What should have been answered, newest first.',
  query: Page,
  handle: async (app: App, { params, query }) => {
    const page = { ...pageOf(query), type: 'demonstration' as const }
    const found = await storedOf(app).reads.feedbackOf(targetIn(params), page)
    return { feedback: found.map(fieldsOf) }
  },
})

const bounds = nativeRoute({
  method: 'GET',
  path: '/internal/feedback/:target/bounds',
  summary: 'The first and the last feedback of a target, of all types and of each.',
  handle: async (app: App, { params }) => {
    const { byType } = await storedOf(app).reads.feedbackSummary(targetIn(params))
    const firsts = Object.values(byType).map(({ firstId }) => firstId)
    const lasts = Object.values(byType).map(({ lastId }) => lastId)
    const first = firsts.toSorted()[0]
    const last = lasts.toSorted().at(-1)
    const boundsOf = (type: FeedbackType) =>
      compact({ first_id: byType[type]?.firstId, last_id: byType[type]?.lastId })
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

const count = nativeRoute({
  method: 'GET',
  path: '/internal/feedback/:target/count',
  summary: 'How often something was said of a target.',
  handle: async (app: App, { params }) => {
    const { byType } = await storedOf(app).reads.feedbackSummary(targetIn(params))
    return { count: Object.values(byType).reduce((sum, { count: each }) => sum + each, 0) }
  },
})

const latest = nativeRoute({
  method: 'GET',
  path: '/internal/feedback/:target/latest_id_by_metric',
  summary: 'The newest feedback of a target for each metric.',
  handle: async (app: App, { params }) => {
    const summary = await storedOf(app).reads.feedbackSummary(targetIn(params))
    return { feedback_id_by_metric: { ...summary.latest } }
  },
})

const human = nativeRoute({
  method: 'POST',
  path: '/internal/evaluations/datapoints/:datapoint/get_human_feedback',
  summary: 'What a person said of this answer to a datapoint, so that no judge need be asked.',
  body: struct({ metric_name: z.string(), output: z.string() }),
  handle: async (app: App, { params, body }) => {
    const name = humanFeedbackName({
      metricName: body.metric_name,
      datapointId: readBySchema(Uuid, params['datapoint']),
      output: parseJson(body.output) ?? body.output,
    })
    const found = asObject(await storedOf(app).reads.document(name))
    if (!found) return { feedback: null }
    const { value = null, evaluator_inference_id: judge = null } = found
    return { feedback: { value, evaluator_inference_id: judge } }
  },
})

export const internalFeedback: readonly Route<App>[] = [
  ofTarget,
  demonstrations,
  bounds,
  count,
  latest,
  human,
]

function targetIn(params: Record<string, string>): string {
  return readBySchema(Uuid, params['target'])
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
