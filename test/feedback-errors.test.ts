import { afterAll, describe, expect, test } from 'vitest'
import { NOBODY, post, startFeedback } from './support/feedback.ts'
import { startGateway } from './support/gateway.ts'

const { infer, give, toml, close } = await startFeedback()
afterAll(close)

const inferred = await infer()
const inferredFacts = await infer('facts')
const about = { inference_id: inferred.inferenceId }

describe('POST /feedback refuses', () => {
  test.each([
    [
      'F221 an unknown metric',
      { metric_name: 'none', value: 1, ...about },
      404,
      'Unknown metric: none',
    ],
    [
      'F220 both ids',
      { metric_name: 'liked', value: true, ...about, episode_id: inferred.episodeId },
      400,
      'Both episode_id and inference_id cannot be provided',
    ],
    [
      'F220 an episode for a metric of inferences',
      { metric_name: 'liked', value: true, episode_id: inferred.episodeId },
      400,
      'Correct ID was not provided for feedback level "inference".',
    ],
    [
      'F220 an inference for a metric of episodes',
      { metric_name: 'solved', value: true, ...about },
      400,
      'Correct ID was not provided for feedback level "episode".',
    ],
    [
      'F220 a comment on nothing',
      { metric_name: 'comment', value: 'x' },
      400,
      'Exactly one of inference_id or episode_id must be provided',
    ],
    [
      'F220 a demonstration of an episode',
      { metric_name: 'demonstration', value: 'x', episode_id: inferred.episodeId },
      400,
      'Correct ID was not provided for feedback level "inference".',
    ],
    [
      'F215 a number for a boolean metric',
      { metric_name: 'liked', value: 1, ...about },
      400,
      'Feedback value for metric `liked` must be a boolean',
    ],
    [
      'F216 a text for a float metric',
      { metric_name: 'score', value: '1', ...about },
      400,
      'Feedback value for metric `score` must be a number',
    ],
    [
      'F217 a comment that is no text',
      { metric_name: 'comment', value: true, ...about },
      400,
      'Feedback value for a comment must be a string',
    ],
    [
      'F218 a demonstration that is neither text nor blocks',
      { metric_name: 'demonstration', value: 1, ...about },
      400,
      'Demonstration must be a string or an array of content blocks',
    ],
    [
      'F218 a demonstration of another kind of block',
      { metric_name: 'demonstration', value: [{ type: 'thought' }], ...about },
      400,
      'Invalid demonstration content block: unknown variant `thought`, expected `text` or `tool_call`',
    ],
    [
      'F218 a demonstration that calls a tool without an id',
      {
        metric_name: 'demonstration',
        value: [{ type: 'tool_call', name: 'weather', arguments: {} }],
        ...about,
      },
      400,
      'Invalid demonstration content block: missing field `id`',
    ],
    [
      'F218 a demonstration that calls an unknown tool',
      {
        metric_name: 'demonstration',
        value: [{ type: 'tool_call', id: '1', name: 'none', arguments: {} }],
        ...about,
      },
      400,
      'Demonstration contains invalid tool name',
    ],
    [
      'F218 a demonstration with wrong arguments',
      {
        metric_name: 'demonstration',
        value: [{ type: 'tool_call', id: '1', name: 'weather', arguments: { place: 1 } }],
        ...about,
      },
      400,
      'Demonstration contains invalid tool call arguments',
    ],
    [
      'F219 a demonstration beside the schema',
      { metric_name: 'demonstration', value: {}, inference_id: inferredFacts.inferenceId },
      400,
      'Demonstration does not fit function output schema: JSON Schema validation failed:\n',
    ],
    [
      'F222 an inference that is not there',
      { metric_name: 'liked', value: true, inference_id: NOBODY },
      400,
      `Inference ID: ${NOBODY} does not exist`,
    ],
    [
      'F222 an episode that is not there',
      { metric_name: 'solved', value: true, episode_id: NOBODY },
      400,
      `Episode ID: ${NOBODY} does not exist`,
    ],
    [
      'F222 an episode in the place of an inference',
      { metric_name: 'liked', value: true, inference_id: inferred.episodeId },
      400,
      `Inference ID: ${inferred.episodeId} does not exist`,
    ],
    [
      'a tag of ours',
      { metric_name: 'liked', value: true, ...about, tags: { 'tensorzero::x': '1' } },
      400,
      "Tag name cannot start with 'tensorzero::': tensorzero::x",
    ],
    [
      'F224 human feedback without its evaluator',
      {
        metric_name: 'liked',
        value: true,
        ...about,
        internal: true,
        tags: { 'tensorzero::human_feedback': 'true', 'tensorzero::datapoint_id': NOBODY },
      },
      400,
      'tensorzero::evaluator_inference_id is required when tensorzero::datapoint_id and tensorzero::human_feedback are provided',
    ],
    [
      'an unknown field',
      { metric_name: 'liked', value: true, more: 1 },
      400,
      'unknown field `more`',
    ],
    ['a missing metric', { value: true, ...about }, 400, 'missing field `metric_name`'],
    ['a missing value', { metric_name: 'liked', ...about }, 400, 'missing field `value`'],
    ['an id that is none', { metric_name: 'liked', value: true, inference_id: 'x' }, 400, 'UUID'],
    ['text that is no JSON', '{', 400, 'not JSON'],
  ])('%s', async (_, body, status, message) => {
    const answer = await give(body)
    expect(answer).toEqual({ status, json: { error: expect.stringContaining(message) } })
  })

  test('anything when nothing is recorded', async () => {
    await using silent = await startGateway(toml)
    const answer = await post(silent, '/feedback', { metric_name: 'liked', value: true, ...about })
    expect(answer.status).toBe(400)
    expect(answer.json['error']).toContain('Feedback requires observability to be enabled')
  })
})

test('F222 accepts what is said of unknown targets where the configuration says so', async () => {
  const loose = `gateway.unstable_disable_feedback_target_validation = true\n${toml}`
  await using lax = await startGateway(loose, {}, { stored: true })
  const body = { metric_name: 'liked', value: true, inference_id: NOBODY }
  expect((await post(lax, '/feedback', body)).status).toBe(200)
  const shown = { metric_name: 'demonstration', value: 'x', inference_id: NOBODY }
  expect((await post(lax, '/feedback', shown)).status).toBe(400)
})

test('F050 errors are said as data too where the configuration says so', async () => {
  const told = `gateway.unstable_error_json = true\n${toml}`
  await using gateway = await startGateway(told, {}, { stored: true })
  const error = 'Exactly one of inference_id or episode_id must be provided'
  expect(await post(gateway, '/feedback', { metric_name: 'comment', value: 'x' })).toEqual({
    status: 400,
    json: { error, error_json: { InvalidRequest: { message: error } } },
  })
})
