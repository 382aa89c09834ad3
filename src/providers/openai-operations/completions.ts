import type { FinishReason, Part } from '../../domain/chat.ts'
import { asArray, asNumber, asObject, asString, fieldsBeside, parseJson } from '../../lib/json.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { readError } from '../openai-chat/errors.ts'
import type { Decoder } from '../provider.ts'
import { operationUsage } from './usage.ts'

const RESPONSE_FIELDS = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'error'])
const CHOICE_FIELDS = new Set(['index', 'text', 'message', 'delta', 'finish_reason'])

/** Reads one stream of completion chunks. */
export class CompletionDecoder implements Decoder {
  done = false

  push({ data }: SseEvent): Part[] {
    if (data === '[DONE]') {
      this.done = true
      return []
    }
    const chunk = asObject(parseJson(data))
    return chunk ? readCompletion(chunk) : []
  }
}

/** A whole completion or one chunk: they are alike. */
export function readCompletion(body: JsonObject): Part[] {
  const parts: Part[] = []
  const failure = readError(body)
  if (failure) parts.push({ type: 'error', error: failure })
  const extra = fieldsBeside(body, RESPONSE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'response', fields: extra })
  for (const [place, value] of asArray(body['choices']).entries()) {
    const choice = asObject(value)
    if (choice) readChoice(choice, asNumber(choice['index']) ?? place, parts)
  }
  return [...parts, ...operationUsage(body)]
}

function readChoice(choice: JsonObject, index: number, parts: Part[]): void {
  const at = index === 0 ? {} : { choice: index }
  const text = textOf(choice)
  if (text !== '') parts.push({ type: 'text', text, ...at })
  const fields = fieldsBeside(choice, CHOICE_FIELDS)
  if (fields) parts.push({ type: 'raw', level: 'choice', fields, ...at })
  const raw = asString(choice['finish_reason'])
  if (raw) parts.push({ type: 'finish', reason: FINISH.get(raw) ?? 'unknown', raw, ...at })
}

/** Servers that fill in the middle answer as if it were a conversation. */
function textOf(choice: JsonObject): string {
  const message = asObject(choice['message']) ?? asObject(choice['delta'])
  return asString(choice['text']) ?? asString(message?.['content']) ?? ''
}

const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['length', 'length'],
  ['content_filter', 'content_filter'],
])
