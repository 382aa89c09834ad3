import type { FinishReason, Part, ProviderError } from '../../domain/chat.ts'
import { asNumber, asObject, asString, fieldsBeside, objectsIn, parseJson } from '../../lib/json.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import type { Decoder } from '../provider.ts'
import { CallPlaces } from './call-places.ts'
import { citedPages, noteMessagePages, readCitation, readPages } from './citations.ts'
import { readErrorInside } from './errors.ts'
import { readExecuted, readToolTurn, readUnended } from './executed-tools.ts'
import { googleSignature, readContent, readMedia, readSpeech } from './read-content.ts'
import { LikeChunks } from './like-chunks.ts'
import { readReasoning } from './read-reasoning.ts'
import { turnsIn } from './read-turns.ts'
import { costIn, readUsage } from './usage.ts'

const RESPONSE_FIELDS = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'error'])
const CHOICE_FIELDS = new Set(['index', 'delta', 'message', 'finish_reason', 'error'])
const MESSAGE_FIELDS = new Set([
  'role',
  'content',
  'reasoning_content',
  'reasoning',
  'reasoning_text',
  'reasoning_details',
  'tool_calls',
  'function_call',
  'refusal',
  'images',
])

/** Reads one stream of chat completion chunks. */
export class ChatDecoder implements Decoder {
  done = false
  readonly #places = new CallPlaces(true)
  readonly #alike = new LikeChunks()

  push({ event, data }: SseEvent): Part[] {
    if (data === '[DONE]') {
      this.done = true
      return [...unfinished(this.#places), ...citedPages(this.#places)]
    }
    const words = this.#alike.read(data)
    if (words !== null) return [words]
    // One broken event among good ones must not end a stream whose rest arrives whole.
    const chunk = asObject(parseJson(data))
    if (chunk) {
      const parts = readCompletion(chunk, this.#places)
      this.#alike.learn(data, parts)
      return parts
    }
    const failure = event === 'error' ? readErrorInside({ error: data }) : null
    return failure ? [{ type: 'error', error: failure }] : []
  }
}

/** A whole completion, or one chunk of the stream that `places` is of. */
export function readCompletion(body: JsonObject, places = new CallPlaces()): Part[] {
  const parts: Part[] = []
  const failure = failureIn(body)
  if (failure) parts.push({ type: 'error', error: failure })
  const extra = fieldsBeside(body, RESPONSE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'response', fields: extra })
  places.answer = asString(body['id']) ?? places.answer
  for (const { choice, index } of choicesIn(body)) readChoice(choice, index, places, parts)
  if (!places.streamed) parts.push(...unfinished(places))
  readPages(body, places, parts)
  // What was put off has but a name to ask for it by. Source: xAI docs, "Deferred Chat Completions".
  if (!failure && !body['choices'] && asString(body['request_id'])) {
    parts.push({ type: 'finish', reason: 'unknown', raw: 'deferred' })
  }
  const usage = usageIn(body)
  if (usage) parts.push(usagePart(usage, costIn(usage) ?? costIn(body)))
  return parts
}

/** Groq tells in a place of its own why a stream was cut short. Source: Groq API reference, `x_groq`. */
function failureIn(body: JsonObject): ProviderError | null {
  const apart = asObject(body['x_groq'])
  return apart?.['error'] ? readErrorInside(apart) : readErrorInside(body)
}

interface Numbered {
  readonly choice: JsonObject
  readonly index: number
}

/** Copilot answers with words in one choice, and the calls that belong to them in another. */
function choicesIn(body: JsonObject): Numbered[] {
  const all = objectsIn(body['choices'])
  const [first, ...others] = all
  const apart = others.length > 0 && first && saysCalls(first) && !hasCalls(first)
  const begins = apart ? (asNumber(first['index']) ?? 0) : null
  return all.map((choice, place) => {
    const own = asNumber(choice['index']) ?? place
    return { choice, index: begins !== null && hasCalls(choice) ? begins : own }
  })
}

function saysCalls({ finish_reason: word }: JsonObject): boolean {
  return finishReason(asString(word) ?? '') === 'tool_call'
}

function hasCalls({ message }: JsonObject): boolean {
  const said = asObject(message)
  return said !== undefined && callsIn(said).length > 0
}

/** Snowflake ends without a word: that there are calls says how. */
function unfinished(places: CallPlaces): Part[] {
  return places.unfinishedCalls().map((choice): Part => {
    const ended = { type: 'finish', reason: 'tool_call', raw: '' } as const
    return choice === 0 ? ended : Object.assign(ended, { choice })
  })
}

/** Groq tells it in a place of its own, Moonshot's streams in the choice. */
function usageIn(body: JsonObject): JsonObject | undefined {
  const [choice] = objectsIn(body['choices'])
  return (
    asObject(body['usage']) ??
    asObject(asObject(body['x_groq'])?.['usage']) ??
    asObject(choice?.['usage'])
  )
}

function usagePart(raw: JsonObject, reportedCost: number | undefined): Part {
  const usage = readUsage(raw)
  return { type: 'usage', usage, raw, ...(reportedCost !== undefined && { reportedCost }) }
}

function readChoice(choice: JsonObject, index: number, places: CallPlaces, parts: Part[]): void {
  const at = index === 0 ? {} : { choice: index }
  const message = messageIn(choice, index, places)
  if (message) readMessage(message, { ...at, whole: message === choice['message'] }, places, parts)
  for (const turn of turnsIn(choice)) readMessage(turn, { ...at, whole: true }, places, parts)
  const extra = fieldsBeside(choice, CHOICE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'choice', fields: extra, ...at })
  const failure = choice['error'] ? readErrorInside({ error: choice['error'] }) : null
  if (failure) parts.push({ type: 'error', error: failure })
  const finish = asString(choice['finish_reason'])
  if (finish) {
    places.ended.add(index)
    parts.push(...readUnended(at, places), ...readSpeech(at, places))
    const reason = finishReason(finish)
    // A call that the client forced ends with `stop` at OpenAI; agents go on by the reason alone.
    const called = reason === 'stop' && places.hasCalls(index)
    parts.push({ type: 'finish', reason: called ? 'tool_call' : reason, raw: finish, ...at })
  }
}

/**
 * What a choice says. Some streams have the message so far beside each piece of it: there the pieces
 * count, unless none has said anything. Source: Perplexity docs, "Stream mode".
 */
function messageIn(choice: JsonObject, index: number, places: CallPlaces): JsonObject | undefined {
  const message = asObject(choice['message'])
  const delta = asObject(choice['delta'])
  if (!delta || (message && !places.streamed)) return message ?? delta
  if (places.spoken.has(index) || !message || saysSomething(delta)) {
    places.spoken.add(index)
    return delta
  }
  return message
}

function saysSomething({ role: _role, ...said }: JsonObject): boolean {
  return Object.values(said).some((value) => {
    return Array.isArray(value) ? value.length > 0 : value !== null && value !== ''
  })
}

type At = { readonly choice?: number }

function readMessage(
  message: JsonObject,
  { whole, ...at }: At & { readonly whole: boolean },
  places: CallPlaces,
  parts: Part[],
): void {
  noteMessagePages(message, places)
  if (message['role'] === 'tool') {
    parts.push(readToolTurn(message, at))
    return
  }
  readReasoning(message, at, places, parts)
  readExecuted(message, at, places, parts)
  readContent(message, at, parts)
  readMedia(message, at, whole ? null : places, parts)
  const refusal = asString(message['refusal'])
  if (refusal) parts.push({ type: 'refusal', text: refusal, ...at })
  const annotations = objectsIn(message['annotations'])
  const unread = annotations.filter((annotation) => !readCitation(annotation))
  for (const annotation of annotations) {
    const citation = readCitation(annotation)
    if (citation) parts.push({ type: 'citation', citation, ...at })
  }
  for (const call of [...callsIn(message), ...legacyCall(message)]) {
    const place = places.placeOf(at.choice ?? 0, call)
    readToolCall(call, { index: place, places }, at, parts)
  }
  const rest = annotations.length > 0 ? { ...message, annotations: unread } : message
  if (annotations.length > 0 && unread.length === 0) delete rest['annotations']
  const extra = fieldsBeside(rest, MESSAGE_FIELDS)
  if (extra) parts.push({ type: 'raw', level: 'message', fields: extra, ...at })
}

/** A list of calls; TGI streams one at a time, without a list. */
function callsIn({ tool_calls: calls }: JsonObject): JsonObject[] {
  const only = asObject(calls)
  return only ? [only] : objectsIn(calls)
}

/** The one call of the time before there were several: in a stream its later pieces have no name. */
function legacyCall({ function_call: said }: JsonObject): JsonObject[] {
  const fn = asObject(said)
  const says = asString(fn?.['name']) || asString(fn?.['arguments'])
  return fn && says ? [{ index: 0, function: fn }] : []
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
    const signature = googleSignature(call)
    const signed = signature === undefined ? {} : { signature }
    parts.push({ type: 'tool_call', index, id, name, ...custom, ...signed, ...at })
  }
  const args = fn?.['arguments'] ?? fn?.['input']
  const text = typeof args === 'string' ? args : args ? JSON.stringify(args) : ''
  if (text !== '') parts.push({ type: 'tool_arguments', index, text, ...at })
}

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  eos_token: 'stop',
  end_turn: 'stop',
  complete: 'stop',
  completed: 'stop',
  stop_sequence: 'stop_sequence',
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'length',
  model_context_window_exceeded: 'length',
  insufficient_system_resource: 'length',
  network_error: 'length',
  repetition_truncation: 'length',
  tool_calls: 'tool_call',
  tool_call: 'tool_call',
  function_call: 'tool_call',
  tool_use: 'tool_call',
  content_filter: 'content_filter',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
  refusal: 'content_filter',
  safety: 'content_filter',
  prohibited_content: 'content_filter',
  recitation: 'content_filter',
  blocklist: 'content_filter',
  spii: 'content_filter',
  sensitive: 'content_filter',
}

/**
 * OpenAI's words and those of the models that others serve in this format, in either case. What was
 * cut off for another reason (DeepSeek, Z.AI, Xiaomi) is cut off all the same.
 */
function finishReason(raw: string): FinishReason {
  const word = raw.toLowerCase()
  return Object.hasOwn(FINISH, word) ? (FINISH[word] ?? 'unknown') : 'unknown'
}
