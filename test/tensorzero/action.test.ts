import { afterAll, describe, expect, test } from 'vitest'
import { startDatasets } from '../support/datasets.ts'

const { gateway, infer, call, close } = await startDatasets()
afterAll(close)

const config = {
  models: {
    older: { routing: ['one'], providers: { one: { type: 'dummy', model_name: 'echo' } } },
    keyless: {
      routing: ['one'],
      providers: {
        one: { type: 'openai', model_name: 'm', api_key_location: 'env::NOT_SET_ANYWHERE' },
      },
    },
  },
  functions: {
    gone: {
      type: 'chat',
      description: null,
      variants: {
        a: {
          type: 'chat_completion',
          model: 'older',
          system_template: {
            __tensorzero_remapped_path: 'system.minijinja',
            __data: "As it was then: {% include 'tone.minijinja' %}",
          },
        },
      },
    },
  },
  metrics: { past: { type: 'boolean', optimize: 'max', level: 'inference' } },
  gateway: { template_filesystem_access: { base_path: '/templates' } },
}

async function keep(): Promise<string> {
  const given = { config, extra_templates: { 'tone.minijinja': 'politely' } }
  const { status, json } = await call('POST', '/internal/config', given)
  expect(status).toBe(200)
  return String(json['hash'])
}

const hash = await keep()
const act = (body: object) => call('POST', '/internal/action', body)
const input = { messages: [{ role: 'user', content: 'Hello' }] }
const asked = { type: 'inference', function_name: 'gone', input }

describe('F318 an action by an older configuration', () => {
  test('answers by a function that is gone, and is recorded under that configuration', async () => {
    const { status, json } = await act({ snapshot_hash: hash, stream: false, ...asked })
    expect(status).toBe(200)
    expect(json).toMatchObject({ variant_name: 'a', content: [{ type: 'text' }] })
    const ids = [json['inference_id']]
    const found = await call('POST', '/v1/inferences/get_inferences', { ids })
    expect(found.json['inferences']).toMatchObject([
      { function_name: 'gone', snapshot_hash: BigInt(hash).toString(16).padStart(64, '0') },
    ])
  })

  test('takes feedback for a metric that is gone', async () => {
    const { inferenceId } = await infer()
    const said = { metric_name: 'past', value: true, inference_id: inferenceId }
    expect((await call('POST', '/feedback', said)).status).toBe(404)
    expect(await act({ snapshot_hash: hash, type: 'feedback', ...said })).toEqual({
      status: 200,
      json: { feedback_id: expect.any(String) },
    })
  })

  test('answers by the configuration in use, too', async () => {
    const { hash: live } = gateway.engine.config()
    const body = { snapshot_hash: live, ...asked, function_name: 'plain' }
    expect((await act(body)).status).toBe(200)
  })

  test.each([
    ['by none', { ...asked }, 400, 'missing field `snapshot_hash`'],
    ['of no type', { snapshot_hash: hash, input }, 400, 'missing field `type`'],
    [
      'of an unknown type',
      { snapshot_hash: hash, type: 'dance' },
      400,
      'unknown variant `dance`, expected one of `inference`, `feedback`, `run_evaluation`',
    ],
    [
      'by one that nobody kept',
      { snapshot_hash: '123', ...asked },
      404,
      'Config snapshot not found for hash: 123',
    ],
    [
      'as a stream',
      { snapshot_hash: hash, ...asked, stream: true },
      400,
      'Streaming is not supported for the action endpoint',
    ],
  ])('is refused %s', async (_, body, status, error) => {
    expect(await act(body)).toEqual({ status, json: { error } })
  })
})
