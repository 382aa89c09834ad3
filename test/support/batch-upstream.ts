import type { JsonObject } from '../../src/lib/json.ts'
import {
  completion,
  reply,
  type SeenRequest,
  startUpstream,
  type Step,
  type Upstream,
} from './upstream.ts'

/** A provider that takes batches, with its state in the test's hands. */
export interface BatchUpstream extends AsyncDisposable {
  readonly upstream: Upstream
  /** Ends with a slash. */
  readonly base: string
  /** In the provider's own words; nothing is answered before it says that all is. */
  state: string
  /** The next call is answered with this instead. */
  fault: Step[] | null
  /** What is said of one request; null: it is left out. */
  answer: (body: JsonObject, index: number) => Told | null
  /** Bodies of the requests that were handed in, in order. */
  bodies(): JsonObject[]
  /** Calls of this kind: `GET /batches`. */
  calls(what: string): SeenRequest[]
}

export interface Told {
  readonly status: number
  readonly body: JsonObject
}

export function said(text: string): Told {
  return { status: 200, body: JSON.parse(completion(text)) as JsonObject }
}

export function refusedWith(message: string, status = 400): Told {
  return { status, body: { error: { message, type: 'invalid_request_error', code: null } } }
}

const json = (value: unknown, status = 200) => reply(status, JSON.stringify(value))

/** The lines of the one file in a form. */
function linesIn(text: string): JsonObject[] {
  const lines = text.split(/\r?\n/).filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as JsonObject)
}

/** OpenAI's files and batches. */
export async function startOpenaiBatches(): Promise<BatchUpstream> {
  const batches: JsonObject[][] = []
  const answerTo = ({ method, path, body }: SeenRequest): Step[] => {
    if (method === 'POST' && path === '/v1/files') {
      batches.push(linesIn(body))
      return json({ id: `file-${batches.length}`, object: 'file', purpose: 'batch' })
    }
    if (method === 'POST' && path === '/v1/batches') {
      return json({ id: `batch_${batches.length}`, status: 'validating', errors: null })
    }
    const batch = /^\/v1\/batches\/batch_(\d+)$/.exec(path)
    if (batch) return json(batchOf(Number(batch[1])))
    const file = /^\/v1\/files\/(out|err)-(\d+)\/content$/.exec(path)
    if (file) return reply(200, contentOf(Number(file[2]), file[1] === 'out'))
    return json({ error: { message: `No ${method} ${path}` } }, 404)
  }
  const batchOf = (number: number) => ({
    id: `batch_${number}`,
    object: 'batch',
    status: fake.state,
    ...(fake.state === 'failed' && { errors: { data: [{ message: 'The file is too long.' }] } }),
    output_file_id: contentOf(number, true) === '' ? null : `out-${number}`,
    error_file_id: contentOf(number, false) === '' ? null : `err-${number}`,
  })
  const contentOf = (number: number, well: boolean): string => {
    if (!['completed', 'expired'].includes(fake.state)) return ''
    // Answers come in any order.
    const lines = (batches[number - 1] ?? []).toReversed().flatMap((line, place, { length }) => {
      const told = fake.answer(line['body'] as JsonObject, length - 1 - place)
      if (!told || (told.status === 200) !== well) return []
      const { status, body } = told
      const response = { status_code: status, request_id: 'r', body }
      const late = { response: null, error: { code: 'batch_expired', message: 'Too late.' } }
      const rest = status === 0 ? late : { response, error: null }
      return [JSON.stringify({ id: 'x', custom_id: line['custom_id'], ...rest })]
    })
    return lines.join('\n')
  }
  const fake = await startFake(answerTo, () =>
    (batches.at(-1) ?? []).map((line) => line['body'] as JsonObject),
  )
  fake.state = 'in_progress'
  return fake
}

/** Jobs of Vertex AI, and a bucket of Cloud Storage. */
export async function startVertexBatches(): Promise<
  BatchUpstream & { objects: Map<string, string> }
> {
  const objects = new Map<string, string>()
  const jobs: JsonObject[] = []
  const answerTo = ({ method, path, body }: SeenRequest): Step[] => {
    const url = new URL(path, 'http://x')
    const bucket = /^\/v1\/(?:upload\/)?storage\/v1\/b\/([^/]+)\/o/.exec(url.pathname)?.[1]
    if (bucket !== undefined && method === 'POST') {
      objects.set(`gs://${bucket}/${url.searchParams.get('name')}`, body)
      return json({ kind: 'storage#object' })
    }
    if (bucket !== undefined) {
      const name = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
      const found = objects.get(`gs://${bucket}/${name}`)
      return found === undefined
        ? json({ error: { code: 404, message: 'No such object' } }, 404)
        : reply(200, found)
    }
    if (method === 'POST' && url.pathname.endsWith('/batchPredictionJobs')) {
      jobs.push(JSON.parse(body) as JsonObject)
      const name = `${url.pathname.slice('/v1/'.length)}/${jobs.length}`
      return json({ name, state: 'JOB_STATE_PENDING' })
    }
    const job = /\/batchPredictionJobs\/(\d+)$/.exec(url.pathname)
    return job ? json(jobOf(url.pathname, jobs[Number(job[1]) - 1] ?? {})) : json({}, 404)
  }
  const inputOf = (job: JsonObject) =>
    linesIn(
      objects.get(
        (job['inputConfig'] as { gcsSource: { uris: string[] } }).gcsSource.uris[0] ?? '',
      ) ?? '',
    )
  const jobOf = (path: string, job: JsonObject) => {
    const output = job['outputConfig'] as { gcsDestination: { outputUriPrefix: string } }
    const folder = `${output.gcsDestination.outputUriPrefix}/prediction-model-1`
    const done = fake.state.endsWith('SUCCEEDED')
    if (done) objects.set(`${folder}/predictions.jsonl`, predictions(inputOf(job)))
    return {
      name: path.slice('/v1/'.length),
      state: fake.state,
      ...(done && { outputInfo: { gcsOutputDirectory: folder } }),
      ...(fake.state === 'JOB_STATE_FAILED' && { error: { code: 3, message: 'Bad input file.' } }),
    }
  }
  const predictions = (lines: readonly JsonObject[]) => {
    const all = lines.flatMap((line, index) => {
      const told = fake.answer(line['request'] as JsonObject, index)
      if (!told) return []
      const status = told.status === 200 ? '' : `Bad Request: ${JSON.stringify(told.body)}`
      return [JSON.stringify({ ...line, status, response: status === '' ? told.body : {} })]
    })
    return `${all.toReversed().join('\n')}\n`
  }
  const fake = await startFake(answerTo, () =>
    inputOf(jobs.at(-1) ?? {}).map((line) => line['request'] as JsonObject),
  )
  fake.state = 'JOB_STATE_RUNNING'
  return Object.assign(fake, { objects })
}

async function startFake(
  answerTo: (request: SeenRequest) => Step[],
  bodies: () => JsonObject[],
): Promise<BatchUpstream> {
  const upstream = await startUpstream((request) => {
    const { fault } = fake
    fake.fault = null
    return fault ?? answerTo(request)
  })
  const fake: BatchUpstream = {
    upstream,
    base: upstream.base,
    state: '',
    fault: null,
    answer: () => null,
    bodies,
    calls: (what) =>
      upstream.requests.filter(({ method, path }) => `${method} ${path}`.includes(what)),
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  }
  return fake
}
