import type {
  Block,
  ChatParams,
  ChatRequest,
  FileBlock,
  Message,
  Reasoning,
} from '../../domain/chat.ts'
import {
  asArray,
  asBoolean,
  asNumber,
  asObject,
  asString,
  fieldsBeside,
  objectsIn,
} from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { citationOf } from './annotations.ts'
import { decodeThoughts } from './decode-thoughts.ts'
import { decodeChoice, decodeFormat, decodeTools } from './decode-tools.ts'
import { cacheHints } from '../cache-hints.ts'
import { compact } from '../compact.ts'
import { withAnswers } from '../server-work/asked.ts'
import { fieldsIn, withOwn } from '../server-work/carried.ts'
import { decodeUnknown } from '../tensorzero/unknown-block.ts'
import { withExtra } from './extra-content.ts'
import { addressedIn, heardIn } from './media.ts'
import { unknownBlocksIn } from './own-blocks.ts'
import { isBareSignature, withoutRepeatedSignatures } from '../signatures.ts'

/** The fields that have a noun of ours. */
export const KNOWN = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'tools',
  'functions',
  'function_call',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'reasoning_effort',
  'reasoning',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'service_tier',
  'verbosity',
  'user',
  'n',
  'logprobs',
  'top_logprobs',
])

/** An OpenAI chat request in our nouns. Total: what it cannot read it keeps as it is. */
export function decodeChat(json: JsonObject): ChatRequest {
  const names = new Map<string, string>()
  return {
    messages: withAnswers(
      objectsIn(json['messages']).map((message) => decodeMessage(message, names)),
    ),
    ...decodeTools(json),
    params: decodeParams(json),
    extra: fieldsBeside(json, KNOWN) ?? {},
    wire: 'openai_chat',
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
    case 'function':
      return { role: 'user', content: [decodeResult(message, names)] }
    default:
      return { role: 'user', content: decodeContent(message['content']) }
  }
}

function decodeAssistant(message: JsonObject, names: Map<string, string>): Block[] {
  const blocks = assistantBlocks(message, names, decodeContent(message['content']))
  // Thoughts among it have come as fields of their own, which all clients know.
  const extra = unknownBlocksIn(message)
  if (extra.length === 0) return blocks
  return withoutRepeatedSignatures(withExtra(blocks, extra, decodeUnknown))
}

/** All that an assistant's message holds, around its content. The names of its calls are noted. */
export function assistantBlocks<Extra extends { readonly type: string }>(
  message: JsonObject,
  names: Map<string, string>,
  content: readonly (Block | Extra)[],
): (Block | Extra)[] {
  const calls = objectsIn(message['tool_calls']).map((call) => decodeCall(call, names))
  const legacy = asObject(message['function_call'])
  const refusal = asString(message['refusal'])
  const audio = asObject(message['audio'])
  const thoughts = decodeThoughts(message)
  return [
    ...thoughts.filter((thought) => !isBareSignature(thought)),
    ...withOwn(
      withCitations(signText(content, message), message),
      fieldsIn(message, 'openai_chat'),
    ),
    ...thoughts.filter(isBareSignature),
    ...(refusal ? [{ type: 'refusal', text: refusal } as const] : []),
    ...(audio ? [{ type: 'unknown', data: { audio }, wire: 'openai_chat' } as const] : []),
    ...calls,
    ...(legacy
      ? [decodeCall({ id: asString(legacy['name']) ?? '', function: legacy }, names)]
      : []),
  ]
}

/** What Gemini signs of a message are its words. */
function signText<Extra extends { readonly type: string }>(
  blocks: readonly (Block | Extra)[],
  message: JsonObject,
): (Block | Extra)[] {
  const signature = googleSignature(message)
  const at = blocks.findLastIndex(({ type }) => type === 'text')
  return blocks.map((block, place) =>
    place === at && block.type === 'text' ? { ...block, ...compact({ signature }) } : block,
  )
}

function googleSignature(said: JsonObject): string | undefined {
  const google = asObject(asObject(said['extra_content'])?.['google'])
  return asString(google?.['thought_signature'])
}

/** What the answer cited comes back beside its text. */
function withCitations<Extra extends { readonly type: string }>(
  blocks: readonly (Block | Extra)[],
  message: JsonObject,
): (Block | Extra)[] {
  const citations = objectsIn(message['annotations']).flatMap(citationOf)
  const at = blocks.findIndex(({ type }) => type === 'text')
  if (citations.length === 0) return [...blocks]
  return blocks.map((block, place) =>
    place === at && block.type === 'text' ? { ...block, citations } : block,
  )
}

function decodeCall(call: JsonObject, names: Map<string, string>): Block {
  const own = asObject(call['function'])
  const custom = own ? undefined : asObject(call['custom'])
  const fn = own ?? custom
  const id = asString(call['id']) ?? ''
  const name = asString(fn?.['name']) ?? ''
  names.set(id, name)
  const signature = googleSignature(call)
  return {
    type: 'tool_call',
    id,
    name,
    arguments: asString(fn?.['arguments']) ?? asString(fn?.['input']) ?? '',
    ...(custom && { custom: true }),
    ...(signature !== undefined && { signature }),
    ...fieldsIn(call, 'openai_chat'),
  }
}

function decodeResult(message: JsonObject, names: ReadonlyMap<string, string>): Block {
  const named = asString(message['name'])
  const id = asString(message['tool_call_id']) ?? named ?? ''
  const { content } = message
  const common = { type: 'tool_result', id, name: names.get(id) ?? named ?? '' } as const
  if (typeof content === 'string') return { ...common, result: content }
  const pieces = decodeContent(content)
  const result = pieces.map((piece) => (piece.type === 'text' ? piece.text : '')).join('')
  const plain = pieces.every(({ type }) => type === 'text')
  return { ...common, result, ...(!plain && { content: pieces }) }
}

function decodeContent(content: Json | undefined): Block[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return asArray(content).map(decodePiece)
}

function decodePiece(value: Json): Block {
  const piece = asObject(value) ?? {}
  const text = asString(piece['text'])
  const hints = cacheHints(piece)
  if (piece['type'] === 'text' && text !== undefined) return { type: 'text', text, ...hints }
  const refusal = asString(piece['refusal'])
  if (refusal !== undefined) return { type: 'refusal', text: refusal }
  if (piece['type'] === 'thinking') return { type: 'thought', text: thinkingOf(piece['thinking']) }
  const file = decodeFile(piece)
  return file ? { ...file, ...hints } : { type: 'unknown', data: value, wire: 'openai_chat' }
}

/** Mistral's thoughts stand among the pieces of its content. */
function thinkingOf(thinking: Json | undefined): string {
  if (typeof thinking === 'string') return thinking
  return objectsIn(thinking)
    .map(({ text }) => asString(text) ?? '')
    .join('')
}

function decodeFile(piece: JsonObject): FileBlock | null {
  const image = asObject(piece['image_url'])
  const url = asString(image?.['url']) ?? asString(piece['image_url'])
  if (url !== undefined) {
    return { type: 'file', url, ...compact({ detail: asString(image?.['detail']) }) }
  }
  const heard = heardIn(piece) ?? addressedIn(piece)
  if (heard) return heard
  const file = asObject(piece['file'])
  const data = asString(file?.['file_data'])
  const fileId = asString(file?.['file_id'])
  if (!file || (data === undefined && fileId === undefined)) return null
  return {
    type: 'file',
    url: data ?? '',
    ...compact({ fileId, filename: asString(file['filename']) }),
  }
}

export function decodeParams(json: JsonObject): ChatParams {
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
    topK: asNumber(json['top_k']),
    reasoning: decodeReasoning(json),
    toolChoice: decodeChoice(json['tool_choice'] ?? json['function_call']),
    parallelToolCalls: asBoolean(json['parallel_tool_calls']),
    responseFormat: decodeFormat(json['response_format']),
    serviceTier: asString(json['service_tier']),
    verbosity: asString(json['verbosity']),
    user: asString(json['user']),
    n: asNumber(json['n']),
    logprobs: asBoolean(json['logprobs']),
    topLogprobs: asNumber(json['top_logprobs']),
  })
}

/** OpenAI's word, or OpenRouter's object. */
function decodeReasoning(json: JsonObject): Reasoning | undefined {
  const object = asObject(json['reasoning'])
  const effort = asString(json['reasoning_effort']) ?? asString(object?.['effort'])
  if (!object && effort === undefined) return undefined
  return compact({
    effort,
    budgetTokens: asNumber(object?.['max_tokens']),
    enabled: asBoolean(object?.['enabled']),
  })
}
