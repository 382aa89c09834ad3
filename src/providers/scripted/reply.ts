import type { JsonObject } from '../../lib/json.ts'
import type { Script, ScriptStep } from '../../lib/script.ts'

/** What a scripted model says, before it is written as an OpenAI chat completion. */
export interface Reply {
  readonly id: string
  /** Seconds since 1970. */
  readonly createdS: number
  readonly model: string
  readonly pieces: readonly Piece[]
  readonly finish: string
  readonly usage: JsonObject | null
  /** Before the first byte. */
  readonly firstMs: number
}

/** One piece of an answer: a chunk where it is streamed. Delays count in streams only. */
export type Piece = { readonly afterMs: number } & (
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'reasoning'
      readonly text: string
      readonly signature?: string | undefined
      readonly data?: string | undefined
    }
  | {
      readonly type: 'tool_call'
      readonly id: string
      readonly name: string
      /** All of them, or the first piece; absent: none yet. */
      readonly arguments?: string
    }
  /** Of the last tool call. */
  | { readonly type: 'tool_arguments'; readonly text: string }
  | Breakage
)

/** Nothing follows one of these. */
export type Breakage = { readonly afterMs: number } & (
  | { readonly type: 'error'; readonly error: JsonObject }
  | { readonly type: 'cut' | 'stall' }
)

export interface StreamOptions {
  readonly stream: boolean
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean
}

/** Writes a reply as the bytes that a server would have sent. */
export function scriptOf(reply: Reply, { stream, includeUsage }: StreamOptions): Script {
  const headers = {
    'content-type': stream ? 'text/event-stream; charset=utf-8' : 'application/json',
    'x-request-id': `req_${reply.id}`,
  }
  const steps = stream ? streamSteps(reply, includeUsage) : wholeSteps(reply)
  return { status: 200, headers, steps }
}

export interface ErrorReply {
  readonly status: number
  readonly message: string
  readonly type: string
  readonly code: string | null
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An HTTP error with an error body of OpenAI's shape. */
export function errorScript(error: ErrorReply): Script {
  const { status, message, type, code, param, headers } = error
  const body = { error: { message, type, param: param ?? null, code } }
  return jsonScript(status, body, headers)
}

export function jsonScript(
  status: number,
  body: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Script {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    steps: [{ do: 'send', afterMs: 0, text: JSON.stringify(body) }],
  }
}

function streamSteps(reply: Reply, includeUsage: boolean): ScriptStep[] {
  const base = { id: reply.id, object: 'chat.completion.chunk', created: reply.createdS }
  const event = (afterMs: number, delta: JsonObject, finish: string | null): ScriptStep => {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }]
    const chunk = { ...base, model: reply.model, choices, ...(includeUsage && { usage: null }) }
    return sendEvent(chunk, afterMs)
  }
  const steps = [event(reply.firstMs, { role: 'assistant', content: '' }, null)]
  let call = -1
  for (const piece of reply.pieces) {
    if (isBreakage(piece)) return [...steps, breakOff(piece)]
    if (piece.type === 'tool_call') call++
    steps.push(event(piece.afterMs, deltaOf(piece, call), null))
  }
  steps.push(event(0, {}, reply.finish))
  if (includeUsage && reply.usage) {
    steps.push(sendEvent({ ...base, model: reply.model, choices: [], usage: reply.usage }, 0))
  }
  return [...steps, { do: 'send', afterMs: 0, text: 'data: [DONE]\n\n' }]
}

function breakOff(piece: Breakage): ScriptStep {
  if (piece.type !== 'error') return { do: piece.type, afterMs: piece.afterMs }
  return sendEvent({ error: piece.error }, piece.afterMs)
}

function sendEvent(data: JsonObject, afterMs: number): ScriptStep {
  return { do: 'send', afterMs, text: `data: ${JSON.stringify(data)}\n\n` }
}

function deltaOf(piece: Exclude<Piece, Breakage>, call: number): JsonObject {
  switch (piece.type) {
    case 'text':
      return { content: piece.text }
    case 'reasoning':
      return reasoningFields([piece])
    case 'tool_call': {
      const { id, name, arguments: text = '' } = piece
      return {
        tool_calls: [{ index: call, id, type: 'function', function: { name, arguments: text } }],
      }
    }
    case 'tool_arguments':
      return { tool_calls: [{ index: call, function: { arguments: piece.text } }] }
  }
}

function wholeSteps(reply: Reply): ScriptStep[] {
  const broken = reply.pieces.find(isBreakage)
  if (broken?.type === 'error') {
    return [{ do: 'send', afterMs: reply.firstMs, text: JSON.stringify({ error: broken.error }) }]
  }
  const text = JSON.stringify({
    id: reply.id,
    object: 'chat.completion',
    created: reply.createdS,
    model: reply.model,
    choices: [
      { index: 0, message: messageOf(reply.pieces), logprobs: null, finish_reason: reply.finish },
    ],
    ...(reply.usage && { usage: reply.usage }),
  })
  if (!broken) return [{ do: 'send', afterMs: reply.firstMs, text }]
  const half = text.slice(0, text.length / 2)
  return [{ do: 'send', afterMs: reply.firstMs, text: half }, breakOff(broken)]
}

function messageOf(pieces: readonly Piece[]): JsonObject {
  const texts = pieces.filter((piece) => piece.type === 'text')
  const thoughts = pieces.filter((piece) => piece.type === 'reasoning')
  const calls: { id: string; type: string; function: { name: string; arguments: string } }[] = []
  for (const piece of pieces) {
    if (piece.type === 'tool_call') {
      const { id, name, arguments: text = '' } = piece
      calls.push({ id, type: 'function', function: { name, arguments: text } })
    }
    const call = calls.at(-1)
    if (piece.type === 'tool_arguments' && call) call.function.arguments += piece.text
  }
  const content = texts.map((piece) => piece.text).join('')
  return {
    role: 'assistant',
    content: content === '' && texts.length === 0 ? null : content,
    refusal: null,
    ...(thoughts.length > 0 && reasoningFields(thoughts)),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

type Reasoning = Extract<Piece, { type: 'reasoning' }>

/** Reasoning as OpenRouter writes it: plain, and again with what must go back unchanged. */
function reasoningFields(thoughts: readonly Reasoning[]): JsonObject {
  const text = thoughts.map((thought) => thought.text).join('')
  const signature = thoughts.findLast((thought) => thought.signature !== undefined)?.signature
  const same = { format: 'unknown', index: 0 }
  const spoken = text !== '' || signature !== undefined
  const details = [
    ...(spoken ? [{ type: 'reasoning.text', text, ...same, ...(signature && { signature }) }] : []),
    ...thoughts.flatMap(({ data }) =>
      data === undefined ? [] : [{ type: 'reasoning.encrypted', data, ...same }],
    ),
  ]
  return { ...(text !== '' && { reasoning: text }), reasoning_details: details }
}

function isBreakage(piece: Piece): piece is Breakage {
  return piece.type === 'error' || piece.type === 'cut' || piece.type === 'stall'
}
