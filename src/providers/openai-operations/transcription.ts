import type { Part } from '../../domain/chat.ts'
import { asObject, asString, type JsonObject, parseJson } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { readError } from '../openai-chat/errors.ts'
import type { Decoder } from '../provider.ts'
import { operationUsage } from './usage.ts'

/** All of the answer stays as it is; its words are a text besides. */
export function readTranscription(body: JsonObject): Part[] {
  const text = asString(body['text'])
  const words: Part[] = text === undefined ? [] : [{ type: 'text', text }]
  return [{ type: 'raw', level: 'response', fields: body }, ...words, ...operationUsage(body)]
}

/** Reads a transcript as it is written. */
export class TranscriptionDecoder implements Decoder {
  done = false
  #begun = false

  push({ data }: SseEvent): Part[] {
    if (data === '[DONE]') this.done = true
    const event = asObject(parseJson(data))
    if (!event) return []
    const type = asString(event['type']) ?? ''
    const error = type === 'error' || event['error'] ? readError(event) : null
    if (error) return [{ type: 'error', error }]
    const raw: Part = { type: 'raw', level: 'response', fields: event }
    if (type === 'transcript.text.delta') return [raw, ...this.#words(event['delta'])]
    if (type !== 'transcript.text.done') return [raw]
    this.done = true
    // Its text repeats what the pieces said.
    const words = this.#begun ? [] : this.#words(event['text'])
    const finish: Part = { type: 'finish', reason: 'stop', raw: 'done' }
    return [raw, ...words, ...operationUsage(event), finish]
  }

  #words(text: JsonObject[string] | undefined): Part[] {
    if (typeof text !== 'string' || text === '') return []
    this.#begun = true
    return [{ type: 'text', text }]
  }
}
