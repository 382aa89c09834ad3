import type { Citation, FinishReason, Part } from '../../domain/chat.ts'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  fieldsBeside,
  objectsIn,
  parseJson,
} from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import type { Decoder } from '../provider.ts'
import { CallPlaces } from './call-places.ts'
import { readError } from './errors.ts'
import { readUsage } from './usage.ts'

const RESPONSE_FIELDS = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'error'])
const CHOICE_FIELDS = new Set(['index', 'delta', 'message', 'finish_reason', 'error'])
const MESSAGE_FIELDS = new Set([
  'role',
  'content',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'tool_calls',
  'function_call',
  'refusal',
])

/** Reads one stream of chat completion chunks. */
export class ChatDecoder implements Decoder {
  done = false
  readonly #places = new CallPlaces()

  push({ data }: SseEvent): Part[] {
    if (data === '[DONE]') {
      this.done = true
      return []
    }
    // One broken event among good ones must not end a stream whose rest arrives whole.
    const chunk = asObject(parseJson(data))
    return chunk ? readCompletion(chunk, this.#places) : []
  }
}

/** A whole completion or one chunk of a stream: `message` and `delta` are read alike. */
export function readCompletion(body: JsonObject, places = new CallPlaces()): Part[] {
  const parts: Part[] = []
  const failure = body['error'] ? readError(body) : null
  if (failure) parts.push({ type: 'error', error: failure })
  const extra = fieldsBeside(body, RESPONSE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'response', fields: extra })
  places.answer = asString(body['id']) ?? places.answer
  for (const [place, value] of asArray(body['choices']).entries()) {
    const choice = asObject(value)
    if (choice) readChoice(choice, asNumber(choice['index']) ?? place, places, parts)
  }
  if (parts.some((part) => part.type === 'finish')) readPages(body, places, parts)
  const usage = asObject(body['usage']) ?? asObject(asObject(body['x_groq'])?.['usage'])
  if (usage) parts.push(usagePart(usage))
  return parts
}

function usagePart(raw: JsonObject): Part {
  const reportedCost = asNumber(raw['cost'])
  const usage = readUsage(raw)
  return { type: 'usage', usage, raw, ...(reportedCost !== undefined && { reportedCost }) }
}

function readChoice(choice: JsonObject, index: number, places: CallPlaces, parts: Part[]): void {
  const at = index === 0 ? {} : { choice: index }
  const message = asObject(choice['message']) ?? asObject(choice['delta'])
  if (message) readMessage(message, at, places, parts)
  const extra = fieldsBeside(choice, CHOICE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'choice', fields: extra, ...at })
  const failure = choice['error'] ? readError({ error: choice['error'] }) : null
  if (failure) parts.push({ type: 'error', error: failure })
  const finish = asString(choice['finish_reason'])
  if (finish) {
    const reason = finishReason(finish)
    // A call that the client forced ends with `stop` at OpenAI; agents go on by the reason alone.
    const called = reason === 'stop' && places.hasCalls(index)
    parts.push({ type: 'finish', reason: called ? 'tool_call' : reason, raw: finish, ...at })
  }
}

/**
 * Pages that stand beside the answer, in every chunk of a stream: with the last they are cited.
 * Source: Perplexity API reference, `search_results` and the older `citations`.
 */
function readPages(body: JsonObject, places: CallPlaces, parts: Part[]): void {
  if (places.cited) return
  const found = objectsIn(body['search_results'])
  const pages = found.length > 0 ? found : asArray(body['citations']).flatMap(pageOf)
  for (const raw of pages) {
    const url = asString(raw['url'])
    const title = asString(raw['title'])
    if (url === undefined) continue
    places.cited = true
    const citation = { url, ...(title !== undefined && { title }), raw, wire: 'openai_chat' }
    parts.push({ type: 'citation', citation })
  }
}

function pageOf(page: Json): JsonObject[] {
  return typeof page === 'string' ? [{ url: page }] : []
}

type At = { readonly choice?: number }

function readMessage(message: JsonObject, at: At, places: CallPlaces, parts: Part[]): void {
  readReasoning(message, at, places, parts)
  readContent(message['content'], at, parts)
  const refusal = asString(message['refusal'])
  if (refusal) parts.push({ type: 'refusal', text: refusal, ...at })
  const annotations = objectsIn(message['annotations'])
  const unread = annotations.filter((annotation) => !readCitation(annotation))
  for (const annotation of annotations) {
    const citation = readCitation(annotation)
    if (citation) parts.push({ type: 'citation', citation, ...at })
  }
  const legacy = asObject(message['function_call'])
  const calls = objectsIn(message['tool_calls'])
  for (const call of legacy && asString(legacy['name'])
    ? [...calls, { index: 0, function: legacy }]
    : calls) {
    const place = places.placeOf(at.choice ?? 0, call)
    readToolCall(call, { index: place, places }, at, parts)
  }
  const rest = { ...message, ...(annotations.length > 0 && { annotations: unread }) }
  if (annotations.length > 0 && unread.length === 0) delete rest['annotations']
  const extra = fieldsBeside(rest, MESSAGE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'message', fields: extra, ...at })
}

/** Source: OpenAI API reference, `annotations`; Mistral and others have kinds of their own. */
function readCitation(raw: JsonObject): Citation | null {
  const page = asObject(raw['url_citation']) ?? (asString(raw['url']) ? raw : undefined)
  if (!page) return null
  const url = asString(page['url'])
  const title = asString(page['title'])
  const startIndex = asNumber(page['start_index'])
  const endIndex = asNumber(page['end_index'])
  return {
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(startIndex !== undefined && { startIndex }),
    ...(endIndex !== undefined && { endIndex }),
    raw,
    wire: 'openai_chat',
  }
}

/** The same reasoning may stand in up to three fields: its text is read once. */
function readReasoning(message: JsonObject, at: At, places: CallPlaces, parts: Part[]): void {
  const details = objectsIn(message['reasoning_details'])
  const plain = asString(message['reasoning_content']) || asString(message['reasoning'])
  const words = details.map(detailText).join('')
  const text = plain || words
  if (details.length === 0) {
    if (text !== '') parts.push({ type: 'reasoning', text, ...at })
    return
  }
  const groups = places.thoughts(at.choice ?? 0, details)
  for (const [place, { pieces, begins }] of groups.entries()) {
    const own = text === words ? pieces.map(detailText).join('') : place === 0 ? text : ''
    const names = {
      id: lastString(pieces, 'id'),
      signature: lastString(pieces, 'signature'),
      data: lastString(pieces, 'data'),
      format: lastString(pieces, 'format'),
    }
    parts.push({
      type: 'reasoning',
      text: own,
      ...(begins && { begins }),
      ...defined(names),
      details: pieces,
      ...at,
    })
  }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function defined<T extends object>(fields: T): Present<T> {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is left has no undefined
  return Object.fromEntries(kept) as Present<T>
}

function detailText(detail: JsonObject): string {
  return asString(detail['text']) ?? asString(detail['summary']) ?? ''
}

function lastString(details: readonly JsonObject[], key: string): string | undefined {
  return asString(details.findLast((detail) => asString(detail[key]))?.[key])
}

/** A string; or a list of typed pieces where Mistral puts its thinking. */
function readContent(content: Json | undefined, at: At, parts: Part[]): void {
  if (typeof content === 'string') {
    if (content !== '') parts.push({ type: 'text', text: content, ...at })
    return
  }
  for (const value of asArray(content)) {
    const piece = asObject(value)
    const thinking = piece?.['type'] === 'thinking' ? thinkingText(piece['thinking']) : ''
    const text = asString(piece?.['text'])
    if (thinking) parts.push({ type: 'reasoning', text: thinking, ...at })
    else if (text) parts.push({ type: 'text', text, ...at })
    else if (piece && piece['type'] !== 'thinking' && text === undefined) {
      parts.push({ type: 'raw', level: 'message', fields: { content: [piece] }, ...at })
    }
  }
}

function thinkingText(thinking: Json | undefined): string {
  if (typeof thinking === 'string') return thinking
  return asArray(thinking)
    .map((value) => asString(asObject(value)?.['text']) ?? '')
    .join('')
}

function readToolCall(
  call: JsonObject,
  { index, places }: { readonly index: number; readonly places: CallPlaces },
  at: At,
  parts: Part[],
): void {
  const fn = asObject(call['function']) ?? asObject(call['custom'])
  const name = asString(fn?.['name'])
  if (name) {
    const custom = asObject(call['function']) ? {} : ({ custom: true } as const)
    // Without an id the client could not say which call its result is of.
    const id = asString(call['id']) || places.idOf(index)
    parts.push({ type: 'tool_call', index, id, name, ...custom, ...at })
  }
  const args = fn?.['arguments'] ?? fn?.['input']
  const text = typeof args === 'string' ? args : args ? JSON.stringify(args) : ''
  if (text !== '') parts.push({ type: 'tool_arguments', index, text, ...at })
}

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop_sequence',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool_call',
  function_call: 'tool_call',
  tool_use: 'tool_call',
  content_filter: 'content_filter',
}

function finishReason(raw: string): FinishReason {
  return Object.hasOwn(FINISH, raw) ? (FINISH[raw] ?? 'unknown') : 'unknown'
}
