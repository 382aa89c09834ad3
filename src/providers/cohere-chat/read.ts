import type { Part } from '../../domain/chat.ts'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  fieldsBeside,
  type JsonObject,
  objectsIn,
} from '../../lib/json.ts'
import { Blocks } from './blocks.ts'
import {
  logprobsPart,
  PLAN_INDEX,
  readCall,
  readCited,
  readEnd,
  readPiece,
  readPlan,
} from './parts.ts'

const RESPONSE_FIELDS = new Set(['id', 'message', 'finish_reason', 'usage', 'logprobs', 'error'])
const MESSAGE_FIELDS = new Set(['role', 'content', 'tool_plan', 'tool_calls', 'citations'])

/** A whole answer, piece by piece as a stream would bring it. */
export function readChat(body: JsonObject): Part[] {
  const blocks = new Blocks()
  const message = asObject(body['message']) ?? {}
  const parts = readContents(message, blocks)
  parts.push(...readPlan(message['tool_plan'], blocks))
  for (const [index, value] of asArray(message['tool_calls']).entries()) {
    const call = asObject(value)
    if (call) parts.push(...readCall(call, index, blocks))
  }
  const rest = fieldsBeside(message, MESSAGE_FIELDS)
  if (rest) parts.push({ type: 'raw', level: 'message', fields: rest })
  parts.push(...logprobsPart(objectsIn(body['logprobs'])))
  const extra = fieldsBeside(body, RESPONSE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'response', fields: extra })
  parts.push(...readEnd(body))
  return parts
}

function readContents(message: JsonObject, blocks: Blocks): Part[] {
  const { content } = message
  const pieces = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content)
  const citations = objectsIn(message['citations'])
  const firstText = pieces.findIndex((piece) => asString(asObject(piece)?.['text']) !== undefined)
  const parts: Part[] = []
  const placed = new Set<JsonObject>()
  for (const [index, value] of pieces.entries()) {
    const piece = asObject(value)
    if (piece) parts.push(...readPiece(piece, index, blocks))
    for (const citation of citations) {
      const place = asNumber(citation['content_index']) ?? firstText
      if (place !== index || !blocks.isText) continue
      placed.add(citation)
      parts.push(...readCited(citation, blocks, index))
    }
  }
  const others = citations.filter((citation) => !placed.has(citation))
  return [...parts, ...others.flatMap((citation) => readCited(citation, blocks, PLAN_INDEX))]
}
