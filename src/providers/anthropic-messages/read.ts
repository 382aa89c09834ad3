import type { Citation, FinishReason, Part } from '../../domain/chat.ts'
import { ownFields } from '../../domain/own-fields.ts'
import { asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { JsonObject } from '../../lib/json.ts'
import { usagePart } from './usage.ts'

export const WIRE = 'anthropic_messages'

const MESSAGE_FIELDS = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'usage',
])

/** A whole message. */
export function readMessage(body: JsonObject): Part[] {
  const blocks = objectsIn(body['content']).flatMap((block, index) => readBlock(block, index))
  return [...readExtra(body), ...blocks, ...readStop(body), ...readUsage(body)]
}

/** What has no noun here: container, context management, and what comes to be. */
export function readExtra(message: JsonObject): Part[] {
  const fields = fieldsBeside(message, MESSAGE_FIELDS)
  return fields ? [{ type: 'raw', level: 'response', fields }] : []
}

function readUsage(message: JsonObject): Part[] {
  const usage = asObject(message['usage'])
  return usage ? [usagePart(usage)] : []
}

export function readStop(message: JsonObject): Part[] {
  const raw = asString(message['stop_reason'])
  if (raw === undefined) return []
  const stopSequence = asString(message['stop_sequence'])
  return [
    {
      type: 'finish',
      reason: REASONS.get(raw) ?? 'unknown',
      raw,
      ...(stopSequence !== undefined && { stopSequence }),
    },
  ]
}

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['pause_turn', 'unknown'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['stop_sequence', 'stop_sequence'],
  ['tool_use', 'tool_call'],
  ['refusal', 'content_filter'],
])

/** A whole block. Each begins anew: two texts are two texts, two thoughts have two signatures. */
function readBlock(block: JsonObject, index: number): Part[] {
  switch (asString(block['type'])) {
    case 'text': {
      const text = asString(block['text']) ?? ''
      const cited = objectsIn(block['citations']).map((raw) => citationPart(raw, text.length))
      return [{ type: 'text', text, begins: true }, ...cited]
    }
    case 'thinking':
    case 'redacted_thinking':
      return [thoughtPart(block)]
    case 'tool_use': {
      const input = block['input'] ?? {}
      return [
        callPart(block, index),
        { type: 'tool_arguments', index, text: JSON.stringify(input) },
      ]
    }
    default:
      return [{ type: 'unknown', data: block, wire: WIRE }]
  }
}

/** A thought may be empty and its signature matter all the same. */
export function thoughtPart(block: JsonObject): Part {
  const signature = asString(block['signature'])
  const data = asString(block['data'])
  return {
    type: 'reasoning',
    text: asString(block['thinking']) ?? '',
    begins: true,
    ...(signature !== undefined && signature !== '' && { signature }),
    ...(data !== undefined && { data }),
  }
}

export function callPart(block: JsonObject, index: number): Part {
  const id = asString(block['id']) ?? ''
  const name = asString(block['name']) ?? ''
  return { type: 'tool_call', index, id, name, ...ownFields(block, WIRE) }
}

/**
 * Of a document or of a page: each kind has its own fields for the place, kept in `raw`. It holds for
 * the whole of its block, whose text has `length` units.
 */
export function citationPart(raw: JsonObject, length: number): Part {
  const url = asString(raw['url']) ?? asString(raw['source'])
  const title = asString(raw['title']) ?? asString(raw['document_title'])
  const citedText = asString(raw['cited_text'])
  const citation: Citation = {
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(citedText !== undefined && { citedText }),
    ...(length > 0 && { startIndex: 0, endIndex: length }),
    raw,
    wire: WIRE,
  }
  return { type: 'citation', citation }
}
