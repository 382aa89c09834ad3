import { GatewayError } from '../domain/errors.ts'
import { asNumber, asObject, asString, type JsonObject, parseJson } from '../lib/json.ts'
import type { BatchApi, BatchCall, BatchFiles, BatchPlace, BatchResult } from './batch.ts'
import { getCall, postCall, unreadable } from './batch-calls.ts'
import { readJsonLines, readJsonObject } from './json-lines.ts'
import { vertexBase, vertexOrigin } from './vertex.ts'

/** The label by which an answer is told: Vertex gives each request back beside its answer. */
const LABEL = 'weir_inference_id'

/**
 * Batches of Gemini on Google Cloud: the requests are put into a bucket, and the answers come there.
 * Source: Google Cloud docs, "Batch prediction from Cloud Storage"; Cloud Storage JSON API, "Objects".
 */
export const vertexBatches: BatchApi = {
  mark: (body, id) => ({ ...body, labels: { ...asObject(body['labels']), [LABEL]: id } }),

  *begin(place, { id, requests }) {
    const files = filesOf(place)
    const { model_id: model } = place.options
    if (typeof model !== 'string') throw unusable('Batches need a `model_id`.')
    const input = join(files.inputPrefix, `weir-batch-input-${id}.jsonl`)
    const lines = requests.map(({ body }) => `{"request":${body}}\n`)
    yield put(files, input, lines.join(''))
    const job = {
      displayName: `weir-batch-${id}`,
      model: `publishers/google/models/${model}`,
      inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: [input] } },
      outputConfig: {
        predictionsFormat: 'jsonl',
        gcsDestination: { outputUriPrefix: join(files.outputPrefix, `weir-batch-output-${id}`) },
      },
    }
    const made = readJsonObject(yield postCall(`${vertexBase(place)}batchPredictionJobs`, job))
    const name = asString(made['name'])
    if (name === undefined) throw unreadable('the job it made has no name')
    return { job: name }
  },

  *poll(place, known) {
    const name = escapePath(asString(known['job']) ?? '')
    const job = readJsonObject(yield getCall(vertexOrigin(place) + name))
    switch (job['state']) {
      case 'JOB_STATE_SUCCEEDED':
      case 'JOB_STATE_PARTIALLY_SUCCEEDED': {
        const folder = asString(asObject(job['outputInfo'])?.['gcsOutputDirectory'])
        if (folder === undefined) throw unreadable('it does not say where the answers are')
        const bytes = yield download(filesOf(place), join(folder, 'predictions.jsonl'))
        return { status: 'completed', results: [...readJsonLines(bytes)].map(resultOf) }
      }
      case 'JOB_STATE_FAILED':
      case 'JOB_STATE_CANCELLED':
      case 'JOB_STATE_EXPIRED':
        return { status: 'failed', message: failureOf(job) }
      case undefined:
        throw unreadable('what it says of the job has no state')
      default:
        return { status: 'pending' }
    }
  },
}

function resultOf(line: JsonObject): BatchResult {
  const labels = asObject(asObject(line['request'])?.['labels'])
  const failure = asString(line['status']) ?? ''
  const id = asString(labels?.[LABEL]) ?? ''
  if (failure === '') return { id, status: 200, body: asObject(line['response']) ?? {} }
  const error = errorIn(failure)
  return { id, status: asNumber(error['code']) ?? 500, body: { error } }
}

/** `Bad Request: {"error": {"code": 400, "message": "…"}}`, or only words. */
function errorIn(failure: string): JsonObject {
  const said = asObject(parseJson(failure.slice(failure.indexOf('{'))))
  return asObject(said?.['error']) ?? { message: failure }
}

function failureOf(job: JsonObject): string {
  const said = asString(asObject(job['error'])?.['message'])
  return said ?? `The job ended as ${asString(job['state'])}.`
}

function filesOf({ files }: BatchPlace): BatchFiles {
  if (files) return files
  throw unusable(
    'Missing config section: `[provider_types.gcp_vertex_gemini.batch]` says where the files of batches are.',
  )
}

const STORAGE = 'https://storage.googleapis.com/'

function put({ apiBase }: BatchFiles, uri: string, lines: string): BatchCall {
  const { bucket, name } = objectOf(uri)
  const path = `upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`
  return {
    method: 'POST',
    url: (apiBase ?? STORAGE) + path,
    body: Buffer.from(lines),
    contentType: 'application/jsonl',
    elsewhere: true,
  }
}

function download({ apiBase }: BatchFiles, uri: string): BatchCall {
  const { bucket, name } = objectOf(uri)
  const url = `${apiBase ?? STORAGE}storage/v1/b/${bucket}/o/${name}?alt=media`
  return { ...getCall(url), elsewhere: true }
}

function objectOf(uri: string): { bucket: string; name: string } {
  const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? []
  if (name === '') throw unreadable(`\`${uri}\` is no place in a bucket`)
  return { bucket: encodeURIComponent(bucket), name: encodeURIComponent(name) }
}

function join(prefix: string, name: string): string {
  return `${prefix.replace(/\/+$/, '')}/${name}`
}

function escapePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** The gateway is not set up for it. */
function unusable(message: string): GatewayError {
  return new GatewayError('unsupported', message, { status: 500 })
}
