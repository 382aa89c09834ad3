import type { Part } from '../../domain/chat.ts'
import { asObject, asString, parseJson } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { readError } from '../openai-chat/errors.ts'
import type { Decoder } from '../provider.ts'
import { operationUsage } from './usage.ts'

/** Reads speech that comes as events: pieces of audio, then what was used. */
export class SpeechDecoder implements Decoder {
  done = false
  #speaks = false

  push({ data }: SseEvent): Part[] {
    const event = asObject(parseJson(data))
    if (!event) return []
    const type = asString(event['type']) ?? ''
    const error = type === 'error' || event['error'] ? readError(event) : null
    if (error) return [{ type: 'error', error }]
    const raw: Part = { type: 'raw', level: 'response', fields: event }
    if (type === 'speech.audio.done') {
      this.done = true
      return [raw, ...operationUsage(event), { type: 'finish', reason: 'stop', raw: 'done' }]
    }
    if (type !== 'speech.audio.delta' || this.#speaks) return [raw]
    // That there is sound is worth a note in the record; the sound itself is in the raw answer.
    this.#speaks = true
    return [raw, { type: 'unknown', data: { type: 'audio' }, wire: 'openai_speech' }]
  }
}
