import type { Part } from '../../domain/chat.ts'
import { UNKNOWN_USAGE, type Usage } from '../../domain/usage.ts'
import { asNumber, asObject, type Json, type JsonObject } from '../../lib/json.ts'
import { readUsage as readCohereUsage } from '../cohere-chat/usage.ts'
import { costIn, readUsage as readChatUsage } from '../openai-chat/usage.ts'

/** What an answer says it used: as `usage` in OpenAI's two manners, or as Cohere's `meta`. */
export function operationUsage(body: JsonObject): Part[] {
  const raw = asObject(body['usage'])
  const meta = asObject(body['meta'])
  if (!raw) return meta ? [{ type: 'usage', usage: readCohereUsage(meta), raw: meta }] : []
  const cost = costIn(raw)
  const reportedCost = cost === undefined ? {} : { reportedCost: cost }
  return [{ type: 'usage', usage: readUsage(raw), raw, ...reportedCost }]
}

/** `input_tokens` here, `prompt_tokens` there; one that gives a total alone wrote no tokens. */
function readUsage(raw: JsonObject): Usage {
  if ('input_tokens' in raw || 'output_tokens' in raw) return readInputUsage(raw)
  const usage = readChatUsage(raw)
  const total = count(raw['total_tokens'])
  return 'prompt_tokens' in raw || total === null ? usage : { ...usage, input: total }
}

/** Images and audio, whose details add up to the totals. */
function readInputUsage(raw: JsonObject): Usage {
  const details =
    asObject(raw['input_tokens_details']) ?? asObject(raw['input_token_details']) ?? {}
  const input = count(raw['input_tokens'])
  const left = { tokens: input }
  return {
    ...UNKNOWN_USAGE,
    cacheRead: take(left, details['cached_tokens']),
    imageInput: take(left, details['image_tokens']),
    audioInput: take(left, details['audio_tokens']),
    input: left.tokens,
    output: count(raw['output_tokens']),
  }
}

/** Of what is left of a total, whatever was said: the buckets must add up to it. */
function take(left: { tokens: number | null }, value: Json | undefined): number | null {
  const part = count(value)
  if (part === null || left.tokens === null) return part
  const taken = Math.min(part, left.tokens)
  left.tokens -= taken
  return taken
}

function count(value: Json | undefined): number | null {
  const number = asNumber(value)
  return number === undefined || number < 0 ? null : number
}
