import type { Part } from '../../domain/chat.ts'
import {
  asNumber,
  asObject,
  asString,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { readError } from '../openai-chat/errors.ts'
import type { Decoder } from '../provider.ts'
import { Blocks } from './blocks.ts'
import {
  logprobsPart,
  readCall,
  readCallEnd,
  readCited,
  readEnd,
  readPiece,
  readPlan,
} from './parts.ts'

/** Reads one stream of events. */
export class CohereDecoder implements Decoder {
  done = false
  readonly #blocks = new Blocks()

  push({ data }: SseEvent): Part[] {
    if (data === '[DONE]') {
      this.done = true
      return []
    }
    const event = asObject(parseJson(data))
    if (!event) return []
    const read = READERS.get(asString(event['type']) ?? '')
    return read ? read(event, this.#blocks) : readUnknown(event)
  }
}

type Reader = (event: JsonObject, blocks: Blocks) => Part[]

const READERS: ReadonlyMap<string, Reader> = new Map([
  ['message-start', readNothing],
  ['content-start', readContent],
  ['content-delta', readContent],
  ['content-end', readNothing],
  ['tool-plan-delta', (event, blocks) => readPlan(messageOf(event)['tool_plan'], blocks)],
  ['tool-call-start', readToolCall],
  ['tool-call-delta', readToolCall],
  ['tool-call-end', (event, blocks) => readCallEnd(indexOf(event), blocks)],
  ['citation-start', readCitation],
  ['citation-end', readNothing],
  ['message-end', (event) => readEnd(asObject(event['delta']) ?? {})],
])

function readNothing(): Part[] {
  return []
}

function messageOf(event: JsonObject): JsonObject {
  return asObject(asObject(event['delta'])?.['message']) ?? {}
}

function indexOf(event: JsonObject): number {
  return asNumber(event['index']) ?? 0
}

function readContent(event: JsonObject, blocks: Blocks): Part[] {
  const piece = asObject(messageOf(event)['content'])
  const parts = piece ? readPiece(piece, indexOf(event), blocks) : []
  return [...parts, ...logprobsPart(objectsIn([event['logprobs'] ?? null]))]
}

function readToolCall(event: JsonObject, blocks: Blocks): Part[] {
  const call = asObject(messageOf(event)['tool_calls'])
  return call ? readCall(call, indexOf(event), blocks) : []
}

function readCitation(event: JsonObject, blocks: Blocks): Part[] {
  const raw = asObject(messageOf(event)['citations'])
  return raw ? readCited(raw, blocks, asNumber(raw['content_index'])) : []
}

/** An error stands bare among the events; other events we do not know are kept. */
function readUnknown(event: JsonObject): Part[] {
  const error = readError(event)
  return error
    ? [{ type: 'error', error }]
    : [{ type: 'raw', level: 'response', fields: { [asString(event['type']) ?? 'event']: event } }]
}
