import type { Config } from '../config/config.ts'
import type { Json } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Feedback, FeedbackLevel, FeedbackType } from '../domain/feedback.ts'
import { nativeOf } from '../domain/native-of.ts'
import type { Engine } from '../engine/engine.ts'
import type { StoreClient } from '../store/client.ts'
import { readDemonstration } from './demonstration.ts'
import { findTarget } from './feedback-target.ts'
import { checkHumanTags, humanCopy, isHuman } from './human-feedback.ts'

/** What somebody says of an answer, as it was sent. */
export interface GivenFeedback {
  readonly metricName: string
  readonly value: Json
  readonly inferenceId: string | null
  readonly episodeId: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly dryrun: boolean
}

/**
 * Checks feedback and keeps it: resolves with its id when it is on disk. Throws `GatewayError`, in
 * TensorZero's words where they are for the caller.
 */
export async function giveFeedback(engine: Engine, given: GivenFeedback): Promise<string> {
  const config = engine.config()
  checkHumanTags(given.tags)
  if (!engine.stored) {
    throw refuse(
      'Feedback requires observability to be enabled (`gateway.observability.enabled` must not be `false`).',
    )
  }
  const about = aboutOf(config, given)
  const context = { engine, stored: engine.stored, config, given, about }
  const value = await checkedValue(context)
  const feedback: Feedback = {
    id: engine.ids.next(),
    at: engine.clock.now(),
    ...about,
    metricName: given.metricName,
    value,
    tags: given.tags,
    configHash: config.hash,
  }
  if (!given.dryrun) await keep(context, feedback)
  return feedback.id
}

interface Context {
  readonly engine: Engine
  readonly stored: StoreClient
  readonly config: Config
  readonly given: GivenFeedback
  readonly about: Pick<Feedback, 'type' | 'level' | 'targetId'>
}

/** What kind of feedback it is, and of what. */
function aboutOf(config: Config, given: GivenFeedback): Context['about'] {
  const { metricName, inferenceId, episodeId } = given
  if (inferenceId !== null && episodeId !== null) {
    throw refuse('Both episode_id and inference_id cannot be provided')
  }
  const type = typeOf(config, metricName)
  const level = config.metrics.get(metricName)?.level ?? levelOf(type, given)
  const targetId = level === 'inference' ? inferenceId : episodeId
  if (targetId !== null) return { type, level, targetId }
  throw refuse(`Correct ID was not provided for feedback level "${level}".`)
}

function typeOf(config: Config, metricName: string): FeedbackType {
  const metric = config.metrics.get(metricName)
  if (metric) return metric.type
  if (metricName === 'comment' || metricName === 'demonstration') return metricName
  throw new GatewayError('not_found', `Unknown metric: ${metricName}`, { param: 'metric_name' })
}

function levelOf(type: FeedbackType, { inferenceId, episodeId }: GivenFeedback): FeedbackLevel {
  if (type === 'demonstration' || inferenceId !== null) return 'inference'
  if (episodeId !== null) return 'episode'
  throw refuse('Exactly one of inference_id or episode_id must be provided')
}

/** The value as it is stored. What it says of must be there first: so TensorZero does. */
async function checkedValue(context: Context): Promise<Json> {
  const { config, given, about, stored } = context
  const { metricName, value } = given
  if (about.type === 'demonstration' || !config.gateway.feedbackUnchecked) await mustExist(context)
  switch (about.type) {
    case 'demonstration': {
      const inference = await stored.reads.get(about.targetId)
      if (!inference) throw missing(about)
      return readDemonstration(config, inference, value)
    }
    case 'comment':
      if (typeof value === 'string') return value
      throw refuse('Feedback value for a comment must be a string')
    case 'float':
      if (typeof value === 'number') return value
      throw refuse(`Feedback value for metric \`${metricName}\` must be a number`)
    case 'boolean':
      if (typeof value === 'boolean') return value
      throw refuse(`Feedback value for metric \`${metricName}\` must be a boolean`)
  }
}

async function mustExist({ engine, stored, about }: Context): Promise<void> {
  const { targetId: id, level } = about
  if (!(await findTarget(engine, stored, { id, level }))) throw missing(about)
}

function missing({ level, targetId }: Context['about']): GatewayError {
  return refuse(`${level === 'inference' ? 'Inference' : 'Episode'} ID: ${targetId} does not exist`)
}

async function keep({ stored }: Context, feedback: Feedback): Promise<void> {
  const kept = stored.change({ kind: 'feedback', feedback })
  if (!isHuman(feedback) || (feedback.type !== 'boolean' && feedback.type !== 'float')) {
    await kept
    return
  }
  const inference = await stored.reads.get(feedback.targetId)
  const output = inference && nativeOf({ ...inference.record, attempts: [] }).output
  await Promise.all([kept, output !== null && stored.change(humanCopy(feedback, output))])
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
