import type { Part } from '../../domain/chat.ts'
import { asObject, asString, type JsonObject, objectsIn, parseJson } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { readError } from '../openai-chat/errors.ts'
import type { Decoder } from '../provider.ts'
import { operationUsage } from './usage.ts'

/** All of the answer stays as it is; its pictures are files besides. */
export function readImages(body: JsonObject): Part[] {
  const files = objectsIn(body['data']).flatMap((item) => filePart(item, body))
  return [{ type: 'raw', level: 'response', fields: body }, ...files, ...operationUsage(body)]
}

/** Reads the stream of one picture, which comes in drafts and then as it is. */
export class ImageDecoder implements Decoder {
  done = false

  push({ data }: SseEvent): Part[] {
    const event = asObject(parseJson(data))
    if (!event) return []
    const type = asString(event['type']) ?? ''
    const raw: Part = { type: 'raw', level: 'response', fields: event }
    const error = type === 'error' || event['error'] ? readError(event) : null
    if (error) return [{ type: 'error', error }]
    if (!type.endsWith('.completed')) return [raw]
    this.done = true
    const finish: Part = { type: 'finish', reason: 'stop', raw: 'completed' }
    return [raw, ...filePart(event, event), ...operationUsage(event), finish]
  }
}

function filePart(item: JsonObject, about: JsonObject): Part[] {
  const mimeType = `image/${asString(about['output_format']) ?? 'png'}`
  const data = asString(item['b64_json'])
  const url = data === undefined ? asString(item['url']) : `data:${mimeType};base64,${data}`
  if (url === undefined) return []
  return [data === undefined ? { type: 'file', url } : { type: 'file', url, mimeType }]
}
