import { describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { type BatchUpstream, refusedWith, startVertexBatches } from '../support/batch-upstream.ts'
import { HAIKU, batchIdOf, begin, idsOf, poll, stored, texts } from '../support/batches.ts'
import { startGateway } from '../support/gateway.ts'
import { reply } from '../support/upstream.ts'

// Real threads and files, on a machine that may be slow.
vi.setConfig({ testTimeout: 120_000 })

const vertexToml = (base: string, batch = '') => `
[models.m]
routing = ["there"]
[models.m.providers.there]
type = "gcp_vertex_gemini"
model_id = "gemini-x"
location = "us-central1"
project_id = "proj"
api_base = "${base}"
credential_location = "none"
extra_headers = [{ name = "x-own", value = "yes" }]
batch_cost = [{ pointer = "/usageMetadata/totalTokenCount", cost_per_unit = 0.01 }]
${batch}
${HAIKU}`

const bucket = (base: string) => `
[provider_types.gcp_vertex_gemini.batch]
storage_type = "cloud_storage"
input_uri_prefix = "gs://mine/in/"
output_uri_prefix = "gs://mine/out"
storage_api_base = "${base}"
`

const generated = (text: string) => ({
  status: 200,
  body: {
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 },
  } as JsonObject,
})

const startVertex = async () => {
  const fake = await startVertexBatches()
  return { fake, toml: vertexToml(fake.base, bucket(fake.base)) }
}

describe('batches of Gemini on Vertex', () => {
  test('F180 F240 F038 a batch goes through the bucket', async () => {
    const { fake, toml } = await startVertex()
    await using _ = fake
    await using gateway = await startGateway(toml, {}, stored)
    const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one', 'two') })
    expect(begun.status).toBe(200)
    const batchId = batchIdOf(begun)
    const ids = idsOf(begun)
    const input = `gs://mine/in/weir-batch-input-${batchId}.jsonl`
    expect([...fake.objects.keys()]).toEqual([input])
    expect(fake.bodies()).toMatchObject(
      ids.map((id, index) => ({
        contents: [{ role: 'user', parts: [{ text: index === 0 ? 'one' : 'two' }] }],
        generationConfig: { temperature: 0.5 },
        labels: { weir_inference_id: id },
      })),
    )
    const [upload, job] = fake.upstream.requests
    expect(upload?.headers).not.toHaveProperty('x-own')
    expect(job?.headers).toMatchObject({ 'x-own': 'yes' })
    expect(job?.path).toBe('/v1/projects/proj/locations/us-central1/batchPredictionJobs')
    expect(JSON.parse(job?.body ?? '')).toEqual({
      displayName: `weir-batch-${batchId}`,
      model: 'publishers/google/models/gemini-x',
      inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: [input] } },
      outputConfig: {
        predictionsFormat: 'jsonl',
        gcsDestination: { outputUriPrefix: `gs://mine/out/weir-batch-output-${batchId}` },
      },
    })
    expect((await poll(gateway, begun)).json).toEqual({ status: 'pending' })
    fake.state = 'JOB_STATE_SUCCEEDED'
    fake.answer = (_body, index) => (index === 0 ? generated('yes') : refusedWith('Blocked.', 400))
    const done = await poll(gateway, begun)
    expect(done.json).toMatchObject({
      status: 'completed',
      batch_id: batchId,
      inferences: [
        {
          inference_id: ids[0],
          content: [{ type: 'text', text: 'yes' }],
          usage: { input_tokens: 3, output_tokens: 4, cost: 0.07 },
          finish_reason: 'stop',
        },
      ],
      errors: [{ inference_id: ids[1], error: 'Blocked.' }],
    })
    expect(await poll(gateway, begun)).toEqual(done)
  })

  test('F180 a job that did not come to its end has failed', async () => {
    const { fake, toml } = await startVertex()
    await using _ = fake
    await using gateway = await startGateway(toml, {}, stored)
    const ends = {
      JOB_STATE_FAILED: 'Bad input file.',
      JOB_STATE_CANCELLED: 'The job ended as JOB_STATE_CANCELLED.',
    }
    for (const [state, error] of Object.entries(ends)) {
      const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one') })
      fake.state = state
      const done = await poll(gateway, begun)
      const errors = [{ inference_id: idsOf(begun)[0], error }]
      expect(done).toEqual({ status: 200, json: { status: 'failed', errors } })
      expect(await poll(gateway, begun)).toEqual(done)
    }
  })

  test.each([
    [
      'without a bucket',
      '',
      /Missing config section: `\[provider_types.gcp_vertex_gemini.batch\]`/,
    ],
    [
      'with none',
      '[provider_types.gcp_vertex_gemini.batch]\nstorage_type = "none"',
      /Missing config/,
    ],
  ])('F180 there are no batches %s', async (_name, batch, message) => {
    await using fake = await startVertexBatches()
    await using gateway = await startGateway(vertexToml(fake.base, batch), {}, stored)
    const answer = await begin(gateway, { function_name: 'haiku', inputs: texts('x') })
    expect(answer).toEqual({ status: 500, json: { error: expect.stringMatching(message) } })
    expect(fake.upstream.requests).toEqual([])
  })

  test('F180 the bucket that says no is the provider that says no', async () => {
    const { fake, toml } = await startVertex()
    await using _: BatchUpstream = fake
    await using gateway = await startGateway(toml, {}, stored)
    fake.fault = reply(403, '{"error":{"code":403,"message":"No access to mine."}}')
    const answer = await begin(gateway, { function_name: 'haiku', inputs: texts('x') })
    expect(answer.status).toBe(500)
    expect(answer.json['error']).toMatch(/No access to mine\./)
  })
})
