import type { FinishReason, Part } from '../../domain/chat.ts'
import { UNKNOWN_USAGE } from '../../domain/usage.ts'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  fieldsBeside,
  objectsIn,
  parseJson,
} from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { readError } from '../openai-chat/errors.ts'
import type { Decoder } from '../provider.ts'

const RESPONSE_FIELDS = new Set([
  'model',
  'created_at',
  'message',
  'done',
  'done_reason',
  'prompt_eval_count',
  'eval_count',
  'logprobs',
  'error',
])
const MESSAGE_FIELDS = new Set(['role', 'content', 'thinking', 'tool_calls', 'images'])

/** Reads one stream, a line of JSON at a time. */
export class OllamaDecoder implements Decoder {
  done = false
  readonly #calls = new CallCounter()

  push({ data }: SseEvent): Part[] {
    const line = asObject(parseJson(data))
    if (!line) return []
    this.done ||= line['done'] === true
    return readLine(line, this.#calls)
  }
}

export function readChat(body: JsonObject): Part[] {
  return readLine(body, new CallCounter())
}

/** Calls come whole; their own numbers are missing or all 0 in older versions. */
class CallCounter {
  count = 0
}

/** A whole answer or a line of a stream: they are alike. */
function readLine(line: JsonObject, calls: CallCounter): Part[] {
  const parts: Part[] = []
  const failure = line['error'] ? readError(line) : null
  if (failure) parts.push({ type: 'error', error: failure })
  const message = asObject(line['message'])
  if (message) readMessage(message, idStem(line), calls, parts)
  const logprobs = asArray(line['logprobs'])
  if (logprobs.length > 0) {
    // In the place and shape that OpenAI gave them: the pieces are alike.
    const fields = { logprobs: { content: [...logprobs] } }
    parts.push({ type: 'raw', level: 'choice', fields })
  }
  const extra = fieldsBeside(line, RESPONSE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'response', fields: extra })
  if (line['done'] === true) readEnd(line, calls, parts)
  return parts
}

function readMessage(message: JsonObject, stem: string, calls: CallCounter, parts: Part[]): void {
  const thinking = asString(message['thinking'])
  if (thinking) parts.push({ type: 'reasoning', text: thinking })
  const content = asString(message['content'])
  if (content) parts.push({ type: 'text', text: content })
  for (const image of asArray(message['images'])) readImage(image, parts)
  for (const call of objectsIn(message['tool_calls'])) readCall(call, stem, calls, parts)
  const extra = fieldsBeside(message, MESSAGE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'message', fields: extra })
}

function readCall(call: JsonObject, stem: string, calls: CallCounter, parts: Part[]): void {
  const fn = asObject(call['function'])
  if (!fn) return
  const index = calls.count++
  const id = asString(call['id']) || `${stem}_${index}`
  parts.push({ type: 'tool_call', index, id, name: asString(fn['name']) ?? '' })
  const { arguments: args } = fn
  const text = typeof args === 'string' ? args : JSON.stringify(args ?? {})
  if (text !== '') parts.push({ type: 'tool_arguments', index, text })
}

/** Older versions name no calls: the time of the answer tells those of one turn from the next's. */
function idStem(line: JsonObject): string {
  const digits = asString(line['created_at'])?.replaceAll(/\D/g, '') ?? ''
  return digits === '' ? 'call' : `call_${digits.slice(0, 24)}`
}

function readImage(image: Json, parts: Part[]): void {
  if (typeof image !== 'string' || image === '') return
  const mimeType = IMAGE_STARTS.find(([start]) => image.startsWith(start))?.[1] ?? 'image/png'
  parts.push({ type: 'file', url: `data:${mimeType};base64,${image}`, mimeType })
}

/** How the kinds of images begin in base64. */
const IMAGE_STARTS = [
  ['iVBOR', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lG', 'image/gif'],
  ['UklG', 'image/webp'],
] as const

function readEnd(line: JsonObject, calls: CallCounter, parts: Part[]): void {
  const input = count(line['prompt_eval_count'])
  const output = count(line['eval_count'])
  if (input !== null || output !== null) {
    const raw: JsonObject = {}
    if (input !== null) raw['prompt_eval_count'] = input
    if (output !== null) raw['eval_count'] = output
    parts.push({ type: 'usage', usage: { ...UNKNOWN_USAGE, input, output }, raw })
  }
  const raw = asString(line['done_reason']) ?? 'stop'
  parts.push({ type: 'finish', reason: finishReason(raw, calls.count > 0), raw })
}

function count(value: Json | undefined): number | null {
  const number = asNumber(value)
  return number === undefined || number < 0 ? null : number
}

/** It has no word of its own for an answer that calls tools. */
function finishReason(raw: string, called: boolean): FinishReason {
  if (raw === 'length') return 'length'
  if (raw !== 'stop') return 'unknown'
  return called ? 'tool_call' : 'stop'
}
