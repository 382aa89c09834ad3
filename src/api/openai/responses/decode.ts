import type {
  Block,
  ChatParams,
  ChatRequest,
  Message,
  ToolCallBlock,
} from '../../../domain/chat.ts'
import { isDoneCall } from '../../../domain/client-calls.ts'
import { fieldsFor } from '../../../domain/own-fields.ts'
import { withNamesOfTheirOwn } from '../../../domain/tool-groups.ts'
import {
  asBoolean,
  asNumber,
  asObject,
  asString,
  fieldsBeside,
  objectsIn,
} from '../../../lib/json.ts'
import type { Json, JsonObject } from '../../../lib/json.ts'
import { compact } from '../../compact.ts'
import { carriedIn, fieldsIn, withOwn } from '../../server-work/carried.ts'
import { withoutRepeatedSignatures } from '../../signatures.ts'
import { decodeContent, decodeReasoningItem, decodeResult } from './decode-items.ts'
import { decodeChoice, decodeFormat, decodeTools } from './decode-settings.ts'
import { WIRE } from './items.ts'

const KNOWN = new Set([
  'model',
  'input',
  'instructions',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'reasoning',
  'text',
  'service_tier',
  'user',
  'safety_identifier',
  // Ours to keep: see stored responses.
  'store',
  'previous_response_id',
  'include',
])

/** A Responses request in our nouns. Total: what it cannot read it keeps as it is. */
export function decodeResponses(json: JsonObject): ChatRequest {
  const instructions = asString(json['instructions'])
  const system: Message[] = instructions
    ? [{ role: 'system', content: [{ type: 'text', text: instructions }] }]
    : []
  const tools = decodeTools(json['tools'])
  const said = withNamesOfTheirOwn(decodeInput(json['input']), tools.tools, groupOf)
  return {
    messages: [...system, ...said],
    ...tools,
    params: decodeParams(json),
    extra: fieldsBeside(json, KNOWN) ?? {},
    wire: WIRE,
  }
}

function groupOf(call: ToolCallBlock): string | undefined {
  return asString(fieldsFor(call, WIRE)['namespace'])
}

/** A text, or items: what the assistant said, thought and called stands side by side. */
export function decodeInput(input: Json | undefined): Message[] {
  if (typeof input === 'string') return [{ role: 'user', content: [{ type: 'text', text: input }] }]
  const names = new Map<string, string>()
  const messages: { role: Message['role']; content: Block[] }[] = []
  for (const item of objectsIn(input)) {
    const { role, content } = decodeItem(item, names)
    const last = messages.at(-1)
    // Thoughts, words and calls of one turn are one message.
    if (last && last.role === role && role === 'assistant') last.content.push(...content)
    else messages.push({ role, content: [...content] })
  }
  return messages.map(({ role, content }) => {
    return { role, content: withoutRepeatedSignatures(content) }
  })
}

function decodeItem(item: JsonObject, names: Map<string, string>): Message {
  const carried = carriedIn(item)
  if (carried) return { role: 'assistant', content: carried }
  const type = asString(item['type']) ?? 'message'
  if (type.endsWith('_call') && isDoneCall(asString(item['call_id']))) return ownBlock(item)
  switch (type) {
    case 'message': {
      const role = asString(item['role'])
      const content = decodeContent(item['content'])
      if (role === 'assistant') return { role, content: withOwn(content, fieldsIn(item, WIRE)) }
      return { role: role === 'system' || role === 'developer' ? 'system' : 'user', content }
    }
    case 'reasoning':
      return { role: 'assistant', content: [decodeReasoningItem(item)] }
    case 'function_call':
    case 'custom_tool_call':
      return { role: 'assistant', content: [decodeCall(item, names)] }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'user', content: [decodeResult(item, names)] }
    default:
      return { ...ownBlock(item), role: type.endsWith('_output') ? 'user' : 'assistant' }
  }
}

/** What is its provider's own goes back as it came. */
function ownBlock(item: JsonObject): Message {
  return {
    role: 'assistant',
    content: [{ type: 'unknown', data: item, wire: WIRE }],
  }
}

function decodeCall(item: JsonObject, names: Map<string, string>): Block {
  const id = asString(item['call_id']) ?? asString(item['id']) ?? ''
  const name = asString(item['name']) ?? ''
  names.set(id, name)
  const custom = item['type'] === 'custom_tool_call'
  const text = asString(item['arguments']) ?? asString(item['input']) ?? ''
  const signature = asString(item['thought_signature'])
  return {
    type: 'tool_call',
    id,
    name,
    arguments: text,
    ...(custom && { custom: true }),
    ...compact({ signature }),
    ...fieldsIn(item, WIRE),
  }
}

function decodeParams(json: JsonObject): ChatParams {
  const text = asObject(json['text'])
  const reasoning = asObject(json['reasoning'])
  return compact({
    maxTokens: asNumber(json['max_output_tokens']),
    temperature: asNumber(json['temperature']),
    topP: asNumber(json['top_p']),
    topLogprobs: asNumber(json['top_logprobs']),
    reasoning:
      reasoning &&
      compact({
        effort: asString(reasoning['effort']),
        budgetTokens: asNumber(reasoning['max_tokens']),
        summary: asString(reasoning['summary']),
      }),
    toolChoice: decodeChoice(json['tool_choice']),
    parallelToolCalls: asBoolean(json['parallel_tool_calls']),
    responseFormat: decodeFormat(text?.['format']),
    serviceTier: asString(json['service_tier']),
    verbosity: asString(text?.['verbosity']),
    user: asString(json['user']) ?? asString(json['safety_identifier']),
  })
}
