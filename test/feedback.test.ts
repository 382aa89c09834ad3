import { afterAll, describe, expect, test } from 'vitest'
import { NOBODY, post, startFeedback } from './support/feedback.ts'

const { gateway, infer, give, close } = await startFeedback()
afterAll(close)

async function said(target: string) {
  const found = await gateway.engine.stored?.reads.feedbackOf(target, { limit: 10 })
  return found?.map(({ type, level, metricName, value, tags }) => ({
    type,
    level,
    metricName,
    value,
    tags,
  }))
}

describe('POST /feedback keeps', () => {
  test('F215 a boolean metric of an inference, sent right after its answer', async () => {
    const { inferenceId } = await infer()
    const answer = await give({
      metric_name: 'liked',
      value: true,
      inference_id: inferenceId,
      tags: { who: 'me' },
    })
    expect(answer).toEqual({ status: 200, json: { feedback_id: expect.stringMatching(/-7/) } })
    expect(await said(inferenceId)).toEqual([
      {
        type: 'boolean',
        level: 'inference',
        metricName: 'liked',
        value: true,
        tags: { who: 'me' },
      },
    ])
  })

  test('F216 a float metric', async () => {
    const { inferenceId } = await infer()
    await give({ metric_name: 'score', value: 0.25, inference_id: inferenceId })
    expect(await said(inferenceId)).toMatchObject([{ type: 'float', value: 0.25 }])
  })

  test('F217 comments on an inference and on an episode', async () => {
    const { inferenceId, episodeId } = await infer()
    await give({ metric_name: 'comment', value: 'good', inference_id: inferenceId })
    await give({ metric_name: 'comment', value: 'done', episode_id: episodeId })
    expect(await said(inferenceId)).toMatchObject([{ level: 'inference', value: 'good' }])
    expect(await said(episodeId)).toMatchObject([{ level: 'episode', value: 'done' }])
  })

  test('F218 a demonstration for a chat function, as text and as blocks', async () => {
    const { inferenceId } = await infer()
    const call = { type: 'tool_call', id: '1', name: 'weather', arguments: { place: 'Rome' } }
    for (const value of ['Hi!', [{ type: 'text', text: 'Hi!' }, call]]) {
      const answer = await give({ metric_name: 'demonstration', value, inference_id: inferenceId })
      expect(answer.status).toBe(200)
    }
    const text = { type: 'text', text: 'Hi!' }
    const stored = { ...call, raw_name: 'weather', raw_arguments: '{"place":"Rome"}' }
    expect(await said(inferenceId)).toMatchObject([{ value: [text, stored] }, { value: [text] }])
  })

  test('F218 a demonstration that calls a tool which came with the request', async () => {
    const own = { name: 'own', description: 'Own', parameters: { type: 'object' } }
    const { inferenceId } = await infer('plain', { additional_tools: [own] })
    const value = [{ type: 'tool_call', id: '1', name: 'own', arguments: {} }]
    const answer = await give({ metric_name: 'demonstration', value, inference_id: inferenceId })
    expect(answer.status).toBe(200)
  })

  test('F219 a demonstration for a json function, raw and parsed', async () => {
    const { inferenceId } = await infer('facts')
    const value = { answer: 'yes' }
    await give({ metric_name: 'demonstration', value, inference_id: inferenceId })
    expect(await said(inferenceId)).toMatchObject([
      { value: { raw: '{"answer":"yes"}', parsed: value } },
    ])
  })

  test('F219 a demonstration by the schema of the very inference', async () => {
    const { inferenceId } = await infer('facts', { output_schema: { type: 'array' } })
    const answer = await give({
      metric_name: 'demonstration',
      value: [1],
      inference_id: inferenceId,
    })
    expect(answer.status).toBe(200)
  })

  test('F223 nothing on a dry run, but checks all the same', async () => {
    const { inferenceId } = await infer()
    const body = { metric_name: 'liked', inference_id: inferenceId, dryrun: true }
    expect((await give({ ...body, value: true })).status).toBe(200)
    expect((await give({ ...body, value: 1 })).status).toBe(400)
    expect(await said(inferenceId)).toEqual([])
  })

  test('F224 a copy of what people say of evaluated answers', async () => {
    const { inferenceId } = await infer()
    const tags = {
      'tensorzero::human_feedback': 'true',
      'tensorzero::datapoint_id': NOBODY,
      'tensorzero::evaluator_inference_id': NOBODY,
    }
    const body = { metric_name: 'liked', value: true, inference_id: inferenceId, tags }
    const { json } = await give({ ...body, internal: true })
    const copies = await gateway.engine.stored?.reads.documents('human_feedback', { limit: 10 })
    expect(copies?.map(({ value }) => value)).toMatchObject([
      {
        metric_name: 'liked',
        datapoint_id: NOBODY,
        value: true,
        feedback_id: json['feedback_id'],
        output: [{ type: 'text' }],
      },
    ])
    expect(await said(inferenceId)).toMatchObject([{ tags: { 'tensorzero::internal': 'true' } }])
    const path = `/internal/evaluations/datapoints/${NOBODY}/get_human_feedback`
    const copy = copies?.[0]?.value as { output: unknown } | undefined
    const output = copy?.output
    const asked = { metric_name: 'liked', output: JSON.stringify(output) }
    expect((await post(gateway, path, asked)).json).toEqual({
      feedback: { value: true, evaluator_inference_id: NOBODY },
    })
    const other = { ...asked, output: '[]' }
    expect((await post(gateway, path, other)).json).toEqual({ feedback: null })
  })

  test('F222 waits for an answer that is still being given', async () => {
    const asked = await fetch(`${gateway.url}/inference`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model_name: 'slow',
        input: { messages: [{ role: 'user', content: 'some words to be echoed '.repeat(20) }] },
        stream: true,
      }),
    })
    const id = asked.headers.get('x-weir-inference-id') ?? ''
    expect(gateway.engine.inFlight.get(id)).toBeDefined()
    const [answer] = await Promise.all([
      give({ metric_name: 'liked', value: false, inference_id: id }),
      asked.text(),
    ])
    expect(answer.status).toBe(200)
    expect(await said(id)).toMatchObject([{ value: false }])
  })
})
