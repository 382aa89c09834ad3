import type { FinishReason, Part, ProviderError } from '../../domain/chat.ts'
import { asArray, asObject, asString, type Json, type JsonObject } from '../../lib/json.ts'
import type { Blocks } from './blocks.ts'
import { readCitations } from './citations.ts'
import { usagePart } from './usage.ts'

/** What a thought is called that explains the tool calls after it. */
export const TOOL_PLAN = 'cohere_tool_plan'
/** The plan is no numbered block. */
export const PLAN_INDEX = -1

export function readPiece(piece: JsonObject, index: number, blocks: Blocks): Part[] {
  const { thinking, text } = piece
  if (thinking === '' || text === '') return []
  if (typeof thinking === 'string') return [blocks.reasoning(index, thinking)]
  if (typeof text === 'string') return [blocks.text(index, text)]
  return [{ type: 'unknown', data: piece, wire: 'cohere_chat' }]
}

export function readPlan(plan: Json | undefined, blocks: Blocks): Part[] {
  return typeof plan === 'string' && plan !== ''
    ? [blocks.reasoning(PLAN_INDEX, plan, TOOL_PLAN)]
    : []
}

export function readCall(call: JsonObject, index: number, blocks: Blocks): Part[] {
  const fn = asObject(call['function']) ?? {}
  const name = asString(fn['name'])
  const { arguments: args } = fn
  const text = typeof args === 'string' ? args : args ? JSON.stringify(args) : ''
  const parts: Part[] = []
  if (name !== undefined) {
    blocks.enterCall(index)
    parts.push({ type: 'tool_call', index, id: asString(call['id']) ?? '', name })
  }
  if (text === '') return parts
  blocks.argue(index)
  return [...parts, { type: 'tool_arguments', index, text }]
}

/** A call that had no arguments when it ended takes none. */
export function readCallEnd(index: number, blocks: Blocks): Part[] {
  return blocks.argue(index) ? [{ type: 'tool_arguments', index, text: '{}' }] : []
}

/** What is cited in a thought or a plan has no noun. */
export function readCited(raw: JsonObject, blocks: Blocks, index: number | undefined): Part[] {
  const kind = asString(raw['type']) ?? 'TEXT_CONTENT'
  if (kind !== 'TEXT_CONTENT' || !blocks.isText) {
    return [{ type: 'raw', level: 'message', fields: { citations: [raw] } }]
  }
  const citations = readCitations(raw, blocks.textOf(index ?? blocks.index))
  return citations.map((citation) => ({ type: 'citation', citation }))
}

/** In the place and shape of OpenAI's. A piece of several tokens is as likely as all of them. */
export function logprobsPart(pieces: readonly JsonObject[]): Part[] {
  const content = pieces.flatMap((piece): JsonObject[] => {
    const each = asArray(piece['logprobs']).filter((value) => typeof value === 'number')
    if (each.length === 0) return []
    const logprob = each.reduce((sum, value) => sum + value, 0)
    return [{ token: asString(piece['text']) ?? '', logprob, bytes: null, top_logprobs: [] }]
  })
  if (content.length === 0) return []
  return [{ type: 'raw', level: 'choice', fields: { logprobs: { content } } }]
}

export function readEnd(end: JsonObject): Part[] {
  const parts = usagePart(end['usage'])
  const raw = asString(end['finish_reason'])
  if (raw === undefined) return parts
  const said = asString(end['error'])
  if (FAILURES.has(raw)) parts.push({ type: 'error', error: failure(raw, said) })
  return [...parts, { type: 'finish', reason: FINISH.get(raw) ?? 'unknown', raw }]
}

/** What they end is no answer. */
const FAILURES = new Set(['ERROR', 'TIMEOUT'])

function failure(word: string, said: string | undefined): ProviderError {
  const status = word === 'TIMEOUT' ? 504 : 500
  const message = said ?? `The answer ended with ${word}.`
  return { message, status, code: word, type: null, raw: { finish_reason: word }, beside: {} }
}

const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop_sequence'],
  ['MAX_TOKENS', 'length'],
  ['ERROR_LIMIT', 'length'],
  ['TOOL_CALL', 'tool_call'],
  ['ERROR_TOXIC', 'content_filter'],
])
