import type { Block, ChatParams, ChatRequest, Message, Tool } from '../../domain/chat.ts'
import { asArray, asNumber, asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'

const KNOWN = new Set([
  'model',
  'messages',
  'stream',
  'tools',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'reasoning_effort',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
])

/** An OpenAI chat request in our nouns. Total: what it cannot read it keeps as it is. */
export function decodeChat(json: JsonObject): ChatRequest {
  const names = new Map<string, string>()
  return {
    messages: objectsIn(json['messages']).map((message) => decodeMessage(message, names)),
    tools: asArray(json['tools']).flatMap(decodeTool),
    params: decodeParams(json),
    extra: fieldsBeside(json, KNOWN) ?? {},
  }
}

function decodeMessage(message: JsonObject, names: Map<string, string>): Message {
  const role = asString(message['role']) ?? 'user'
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: decodeContent(message['content']) }
    case 'assistant':
      return { role, content: decodeAssistant(message, names) }
    case 'tool':
      return { role: 'user', content: [decodeResult(message, names)] }
    default:
      return { role: 'user', content: decodeContent(message['content']) }
  }
}

function decodeAssistant(message: JsonObject, names: Map<string, string>): Block[] {
  const calls = asArray(message['tool_calls']).flatMap((value): Block[] => {
    const call = asObject(value)
    const fn = asObject(call?.['function']) ?? asObject(call?.['custom'])
    const id = asString(call?.['id']) ?? ''
    const name = asString(fn?.['name']) ?? ''
    names.set(id, name)
    const args = asString(fn?.['arguments']) ?? asString(fn?.['input']) ?? ''
    return [{ type: 'tool_call', id, name, arguments: args }]
  })
  const refusal = asString(message['refusal'])
  return [
    ...decodeThought(message),
    ...decodeContent(message['content']),
    ...(refusal ? [{ type: 'refusal', text: refusal } as const] : []),
    ...calls,
  ]
}

function decodeThought(message: JsonObject): Block[] {
  const details = objectsIn(message['reasoning_details'])
  const text = asString(message['reasoning_content']) ?? asString(message['reasoning'])
  if (!text && details.length === 0) return []
  const read = details
    .map((detail) => asString(detail['text']) ?? asString(detail['summary']) ?? '')
    .join('')
  return [
    {
      type: 'thought',
      text: text || read || null,
      ...(details.length > 0 && { details }),
    },
  ]
}

function decodeResult(message: JsonObject, names: ReadonlyMap<string, string>): Block {
  const id = asString(message['tool_call_id']) ?? ''
  const { content } = message
  const result = typeof content === 'string' ? content : textOf(content)
  return { type: 'tool_result', id, name: names.get(id) ?? '', result }
}

function textOf(content: Json | undefined): string {
  return asArray(content)
    .map((piece) => asString(asObject(piece)?.['text']) ?? '')
    .join('')
}

function decodeContent(content: Json | undefined): Block[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return asArray(content).map(decodePiece)
}

function decodePiece(value: Json): Block {
  const piece = asObject(value) ?? {}
  const text = asString(piece['text'])
  if (piece['type'] === 'text' && text !== undefined) return { type: 'text', text }
  const image = asObject(piece['image_url'])
  const url = asString(image?.['url'])
  if (image && url !== undefined) {
    const detail = asString(image['detail'])
    return { type: 'file', url, ...(detail !== undefined && { detail }) }
  }
  const file = asObject(piece['file'])
  const data = asString(file?.['file_data'])
  if (file && data !== undefined) {
    const filename = asString(file['filename'])
    return { type: 'file', url: data, ...(filename !== undefined && { filename }) }
  }
  return { type: 'unknown', data: value }
}

function decodeTool(value: Json): Tool[] {
  const fn = asObject(asObject(value)?.['function'])
  const name = asString(fn?.['name'])
  if (!fn || name === undefined) return []
  const description = asString(fn['description'])
  const { parameters, strict } = fn
  return [
    {
      name,
      ...(description !== undefined && { description }),
      ...(parameters !== undefined && { parameters }),
      ...(typeof strict === 'boolean' && { strict }),
    },
  ]
}

function decodeParams(json: JsonObject): ChatParams {
  const limits = [asNumber(json['max_tokens']), asNumber(json['max_completion_tokens'])]
  const maxTokens = Math.min(...limits.filter((limit) => limit !== undefined))
  const { stop } = json
  const stops = typeof stop === 'string' ? [stop] : asArray(stop).flatMap((s) => asString(s) ?? [])
  return compact({
    maxTokens: Number.isFinite(maxTokens) ? maxTokens : undefined,
    temperature: asNumber(json['temperature']),
    topP: asNumber(json['top_p']),
    stop: stops.length > 0 ? stops : undefined,
    seed: asNumber(json['seed']),
    presencePenalty: asNumber(json['presence_penalty']),
    frequencyPenalty: asNumber(json['frequency_penalty']),
    reasoningEffort: asString(json['reasoning_effort']),
    toolChoice: json['tool_choice'] ?? undefined,
    parallelToolCalls:
      typeof json['parallel_tool_calls'] === 'boolean' ? json['parallel_tool_calls'] : undefined,
    responseFormat: json['response_format'] ?? undefined,
  })
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function compact<T extends object>(fields: T): Present<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is left has no undefined
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>
}
