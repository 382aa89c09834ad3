import {
  asArray,
  asNumber,
  asObject,
  asString,
  type Json,
  type JsonObject,
} from '../../lib/json.ts'
import type { StreamOptions } from './reply.ts'
import { countTokens } from './tokens.ts'

/** Whether and how a chat completions body asks for a stream. */
export function streamOptionsOf(body: JsonObject): StreamOptions {
  return {
    stream: body['stream'] === true,
    includeUsage: asObject(body['stream_options'])?.['include_usage'] === true,
  }
}

/** What the user said last: the text, and how many pieces of each other kind came with it. */
export interface Said {
  readonly text: string
  readonly attachments: ReadonlyMap<string, number>
}

export function lastSaid(body: JsonObject, role = 'user'): Said {
  const messages = asArray(body['messages']).map(asObject)
  const content = messages.findLast((message) => message?.['role'] === role)?.['content']
  const attachments = new Map<string, number>()
  for (const piece of asArray(content)) {
    const type = asString(asObject(piece)?.['type']) ?? 'text'
    if (type === 'text') continue
    const noun = NOUNS.get(type) ?? 'attachment'
    attachments.set(noun, (attachments.get(noun) ?? 0) + 1)
  }
  return { text: textOf(content), attachments }
}

const NOUNS: ReadonlyMap<string, string> = new Map([
  ['image_url', 'image'],
  ['input_audio', 'recording'],
  ['video_url', 'video'],
  ['file', 'file'],
])

/** What a picture or a file costs, whatever its size: an honest estimate would have to open it. */
const ATTACHMENT_TOKENS = 85
const MESSAGE_TOKENS = 4

/** About how many tokens a request is. */
export function countPrompt(body: JsonObject): number {
  const { tools } = body
  let tokens = tools === undefined ? 0 : countTokens(JSON.stringify(tools))
  for (const value of asArray(body['messages'])) {
    const message = asObject(value)
    const others = asArray(message?.['content']).filter((piece) => textOf([piece]) === '')
    const calls = message?.['tool_calls']
    tokens += MESSAGE_TOKENS + countTokens(textOf(message?.['content']))
    tokens += others.length * ATTACHMENT_TOKENS
    tokens += calls === undefined ? 0 : countTokens(JSON.stringify(calls))
  }
  return tokens
}

/** OpenAI's usage object. Scripted models cost nothing, and say so. */
export function usageOf(prompt: number, completion: number, reasoning: number): JsonObject {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    cost: 0,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning },
  }
}

/** The output limit of the request; undefined when there is none that makes sense. */
export function maxTokensOf(body: JsonObject): number | undefined {
  const limit = asNumber(body['max_completion_tokens']) ?? asNumber(body['max_tokens'])
  return limit !== undefined && limit >= 1 ? Math.floor(limit) : undefined
}

/** The texts at which to stop. */
export function stopsOf(body: JsonObject): string[] {
  const { stop } = body
  const stops = typeof stop === 'string' ? [stop] : asArray(stop)
  return stops.filter((text) => typeof text === 'string' && text !== '').map(String)
}

function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content
  return asArray(content)
    .flatMap((piece) => asString(asObject(piece)?.['text']) ?? [])
    .join('\n')
}
