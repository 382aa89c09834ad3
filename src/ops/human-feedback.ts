import { createHash } from 'node:crypto'
import type { Json } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Feedback } from '../domain/feedback.ts'
import { isUuid } from '../domain/ids.ts'
import type { Change, DocumentName } from '../store/changes.ts'

/** What people said of evaluated answers, found again by what was answered: judges are spared. */
const COLLECTION = 'human_feedback'

const DATAPOINT = 'tensorzero::datapoint_id'
const EVALUATOR = 'tensorzero::evaluator_inference_id'
const HUMAN = 'tensorzero::human_feedback'

/** Of the three tags, the evaluator's cannot be missing. Throws `GatewayError` (400). */
export function checkHumanTags(tags: Readonly<Record<string, string>>): void {
  if (tags[DATAPOINT] === undefined || tags[HUMAN] === undefined) return
  if (tags[EVALUATOR] === undefined) {
    throw new GatewayError(
      'invalid_request',
      `${EVALUATOR} is required when ${DATAPOINT} and ${HUMAN} are provided`,
    )
  }
  checkId('datapoint', tags[DATAPOINT])
  checkId('evaluator_inference', tags[EVALUATOR])
}

function checkId(kind: string, id: string): void {
  if (isUuid(id.toLowerCase())) return
  throw new GatewayError('invalid_request', `Invalid ${kind} ID: Invalid UUID (raw: ${id})`)
}

export function isHuman({ tags }: Feedback): boolean {
  return [DATAPOINT, EVALUATOR, HUMAN].every((tag) => tags[tag] !== undefined)
}

/** The copy of a person's verdict that evaluations look for. `output` is as stored. */
export function humanCopy(feedback: Feedback, output: Json): Change {
  const { id, metricName, value, tags } = feedback
  const datapointId = tags[DATAPOINT] ?? ''
  return {
    kind: 'put',
    ...humanFeedbackName({ metricName, datapointId, output }),
    value: {
      metric_name: metricName,
      datapoint_id: datapointId,
      output,
      value,
      feedback_id: id,
      evaluator_inference_id: tags[EVALUATOR] ?? null,
    },
  }
}

/** Where a person's verdict on this answer to this datapoint is. */
export function humanFeedbackName(of: {
  readonly metricName: string
  readonly datapointId: string
  readonly output: Json
}): DocumentName {
  const digest = createHash('sha256').update(JSON.stringify(of.output)).digest('hex')
  return { collection: COLLECTION, key: `${of.metricName}\n${of.datapointId}\n${digest}` }
}
