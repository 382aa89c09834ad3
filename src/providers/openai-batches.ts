import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../lib/json.ts'
import type {
  BatchApi,
  BatchCall,
  BatchPlace,
  BatchResult,
  BatchState,
  BatchSteps,
} from './batch.ts'
import { getCall, postCall, unreadable } from './batch-calls.ts'
import { readJsonLines, readJsonObject } from './json-lines.ts'

/** Batches of OpenAI. Source: OpenAI API reference, "Batch" and "Files"; guide "Batch API". */
export const openaiBatches: BatchApi = {
  *begin({ base, path }, { id, requests }) {
    const lines = requests.map(
      (request) =>
        `{"custom_id":${JSON.stringify(request.id)},"method":"POST","url":"/v1/${path}","body":${request.body}}`,
    )
    const file = named(yield upload(base, id, `${lines.join('\n')}\n`), 'file')
    const body = {
      input_file_id: file,
      endpoint: `/v1/${path}`,
      completion_window: '24h',
      metadata: { weir_batch_id: id },
    }
    const batch = named(yield postCall(`${base}batches`, body), 'batch')
    return { file_id: file, batch_id: batch }
  },

  *poll(place, known) {
    const id = encodeURIComponent(asString(known['batch_id']) ?? '')
    const batch = readJsonObject(yield getCall(`${place.base}batches/${id}`))
    switch (batch['status']) {
      case 'completed':
      case 'expired':
      case 'cancelled':
        // What was answered before its time was up is paid for.
        return yield* collect(place, batch)
      case 'failed':
        return { status: 'failed', message: failureOf(batch) }
      case undefined:
        throw unreadable('what it says of the batch has no status')
      default:
        return { status: 'pending' }
    }
  },
}

function* collect({ base }: BatchPlace, batch: JsonObject): BatchSteps<BatchState> {
  const files = [batch['output_file_id'], batch['error_file_id']]
  const ids = files.flatMap((file) => asString(file) ?? [])
  if (ids.length === 0) return { status: 'failed', message: failureOf(batch) }
  const results: BatchResult[] = []
  for (const id of ids) {
    const bytes = yield getCall(`${base}files/${encodeURIComponent(id)}/content`)
    for (const line of readJsonLines(bytes)) results.push(resultOf(line))
  }
  return { status: 'completed', results }
}

function resultOf(line: JsonObject): BatchResult {
  const response = asObject(line['response'])
  const error = asObject(line['error'])
  return {
    id: asString(line['custom_id']) ?? '',
    status: error ? 500 : (asNumber(response?.['status_code']) ?? 500),
    body: error ? { error } : (asObject(response?.['body']) ?? {}),
  }
}

function failureOf(batch: JsonObject): string {
  const said = objectsIn(asObject(batch['errors'])?.['data'])
  const messages = said.flatMap(({ message }) => asString(message) ?? [])
  if (messages.length > 0) return messages.join(' ')
  return `The batch ended as ${asString(batch['status']) ?? 'failed'}, without an answer.`
}

function upload(base: string, id: string, lines: string): BatchCall {
  // A UUID does not come up in what is between two of it.
  const boundary = `weir-${id}`
  const field = (name: string) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`
  const body = [
    `${field('purpose')}\r\n\r\nbatch\r\n`,
    `${field('file')}; filename="${id}.jsonl"\r\ncontent-type: application/jsonl\r\n\r\n`,
    lines,
    `\r\n--${boundary}--\r\n`,
  ]
  return {
    method: 'POST',
    url: `${base}files`,
    body: Buffer.from(body.join('')),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}

function named(answer: Buffer, what: string): string {
  const id = asString(readJsonObject(answer)['id'])
  if (id !== undefined) return id
  throw unreadable(`the ${what} it made has no id`)
}
