import type { Block, ChatParams, ChatRequest, Message } from '../../domain/chat.ts'
import { asNumber, asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { withAnswers } from '../server-work/asked.ts'
import { carriedIn } from '../server-work/carried.ts'
import { withoutRepeatedSignatures } from '../signatures.ts'
import { joinThoughts } from '../thoughts.ts'
import { decodeBlock, type Reading } from './decode-blocks.ts'
import { decodeChoice, decodeFormat, decodeThinking, decodeTools } from './decode-settings.ts'

const KNOWN = new Set([
  'model',
  'messages',
  'system',
  'stream',
  'tools',
  'tool_choice',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'service_tier',
])

/** A Messages request in our nouns. Total: what it cannot read it keeps as it is. */
export function decodeMessages(json: JsonObject): ChatRequest {
  const reading: Reading = { names: new Map(), unread: new Set() }
  const system = decodeContent(json['system'], reading)
  const messages = objectsIn(json['messages']).map((message): Message => {
    const role = asString(message['role'])
    return {
      role: role === 'assistant' || role === 'system' ? role : 'user',
      content: decodeContent(message['content'], reading),
    }
  })
  return {
    messages: withAnswers(
      system.length > 0 ? [{ role: 'system', content: system }, ...messages] : messages,
    ),
    ...decodeTools(json['tools'], reading),
    params: decodeParams(json, reading),
    extra: {
      ...fieldsBeside(json, KNOWN),
      ...restOf(json, 'metadata', METADATA),
      ...restOf(json, 'output_config', OUTPUT_CONFIG),
    },
    wire: 'anthropic_messages',
    ...(reading.unread.size > 0 && { unread: [...reading.unread] }),
  }
}

function decodeContent(content: Json | undefined, reading: Reading): Block[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  const blocks = objectsIn(content).flatMap(
    (block) => carriedIn(block) ?? [decodeBlock(block, reading)],
  )
  return withoutRepeatedSignatures(joinThoughts(blocks))
}

function decodeParams(json: JsonObject, reading: Reading): ChatParams {
  const stops = json['stop_sequences']
  const stop = Array.isArray(stops) ? stops.flatMap((each) => asString(each) ?? []) : []
  const { choice, parallel } = decodeChoice(json['tool_choice'])
  return compact({
    maxTokens: asNumber(json['max_tokens']),
    temperature: asNumber(json['temperature']),
    topP: asNumber(json['top_p']),
    topK: asNumber(json['top_k']),
    stop: stop.length > 0 ? stop : undefined,
    reasoning: decodeThinking(json, reading),
    toolChoice: choice,
    parallelToolCalls: parallel,
    responseFormat: decodeFormat(json),
    serviceTier: tierOf(asString(json['service_tier'])),
    user: asString(asObject(json['metadata'])?.['user_id']),
  })
}

function tierOf(tier: string | undefined): string | undefined {
  return tier === 'standard_only' ? 'default' : tier
}

const METADATA = new Set(['user_id'])
const OUTPUT_CONFIG = new Set(['effort', 'format'])

/** What an object among the fields has beside what was read of it. */
function restOf(json: JsonObject, key: string, known: ReadonlySet<string>): JsonObject {
  const rest = fieldsBeside(asObject(json[key]) ?? {}, known)
  return rest ? { [key]: rest } : {}
}
