import type { FinishReason, Part } from '../../domain/chat.ts'
import { asNumber, asObject, asString, fieldsBeside, objectsIn, parseJson } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse.ts'
import type { Decoder } from '../provider.ts'
import { readGeminiError } from './errors.ts'
import { readGrounding } from './grounding.ts'
import { PartialArgs } from './partial-args.ts'
import { inlineIn, Sounds } from './sounds.ts'
import { usagePart } from './usage.ts'

export const WIRE = 'gemini'

/** What one answer needs to know across its events. */
class Progress {
  calls = 0
  readonly called = new Set<number>()
  /** The choices whose last part was signed: nothing may be joined to it. */
  readonly signed = new Set<number>()
  /** The text of each choice so far: places in it are told in its bytes. */
  readonly texts = new Map<number, string>()
  /** The call of each choice whose arguments come in pieces. */
  readonly growing = new Map<number, { index: number; args: PartialArgs }>()
  readonly sounds = new Sounds()
}

/** Reads one stream: each event is a response that holds the next pieces. */
export class GeminiDecoder implements Decoder {
  readonly done = false
  readonly #progress = new Progress()

  push({ data }: SseEvent): Part[] {
    const value = parseJson(data)
    const error = readGeminiError(value)
    if (error) return [{ type: 'error', error }]
    const body = asObject(value)
    return body ? readResponse(body, this.#progress) : []
  }
}

/**
 * A whole response; where a stream came without `alt=sse`, a list of them. One that was counted but
 * says nothing is an empty answer: so Google's own clients know it.
 */
export function readGenerated(body: JsonObject): Part[] {
  const parts = readResponse(body, new Progress())
  const counted = parts.some(({ type }) => type === 'usage')
  if (!counted || parts.some(({ type }) => type !== 'raw' && type !== 'usage')) return parts
  return [...parts, { type: 'finish', reason: 'unknown', raw: '' }]
}

const RESPONSE_FIELDS = new Set(['candidates', 'usageMetadata', 'promptFeedback'])
const CANDIDATE_FIELDS = new Set(['content', 'finishReason', 'index'])

function readResponse(body: JsonObject, progress: Progress): Part[] {
  const parts: Part[] = []
  const fields = fieldsBeside(body, RESPONSE_FIELDS)
  if (fields) parts.push({ type: 'raw', level: 'response', fields })
  const candidates = objectsIn(body['candidates'])
  for (const [place, candidate] of candidates.entries()) {
    parts.push(...readCandidate(candidate, asNumber(candidate['index']) ?? place, progress))
  }
  const usage = asObject(body['usageMetadata'])
  if (usage) parts.push(usagePart(usage))
  return [...parts, ...readFeedback(body)]
}

/** By the numbers of Google's own protocol. */
const BLOCKS = [
  'BLOCKED_REASON_UNSPECIFIED',
  'SAFETY',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'MODEL_ARMOR',
  'JAILBREAK',
]

/**
 * A prompt that was refused has no candidates, and none but such has not, though it may not say why.
 * Source: Gemini API reference, "GenerateContentResponse".
 */
function readFeedback({ promptFeedback, candidates }: JsonObject): Part[] {
  const feedback = asObject(promptFeedback)
  if (!feedback) return []
  const raw: Part = { type: 'raw', level: 'response', fields: { promptFeedback: feedback } }
  const said = feedback['blockReason'] ?? (objectsIn(candidates).length > 0 ? undefined : 0)
  const why = typeof said === 'number' ? (BLOCKS[said] ?? String(said)) : asString(said)
  return why === undefined ? [raw] : [raw, { type: 'finish', reason: 'content_filter', raw: why }]
}

function readCandidate(candidate: JsonObject, choice: number, progress: Progress): Part[] {
  const at = choice === 0 ? {} : { choice }
  const content = asObject(candidate['content'])
  const parts: Part[] = []
  for (const part of objectsIn(content?.['parts'])) {
    if (progress.sounds.hear(part, choice)) continue
    parts.push(...soundOf(progress, choice, at), ...readPart(part, choice, progress))
  }
  const fields = fieldsBeside(candidate, CANDIDATE_FIELDS)
  const logprobs = readLogprobs(candidate)
  if (fields) {
    parts.push({ type: 'raw', level: 'choice', fields: { ...fields, ...logprobs }, ...at })
  }
  const citations = readGrounding(candidate, progress.texts.get(choice) ?? '')
  parts.push(...citations.map((part) => Object.assign(part, at)))
  if (candidate['finishReason']) {
    parts.push(...soundOf(progress, choice, at), ...endCall(progress, choice, at))
  }
  const finish = finishOf(candidate['finishReason'], progress.called.has(choice))
  if (finish) parts.push({ ...finish, ...at })
  return parts
}

function soundOf({ sounds }: Progress, choice: number, at: { choice?: number }): Part[] {
  const sound = sounds.take(choice)
  return sound ? [{ type: 'file', ...sound, ...at }] : []
}

/** In the place and shape of chat completions'. Source: Gemini API reference, "LogprobsResult". */
function readLogprobs(candidate: JsonObject): JsonObject {
  const result = asObject(candidate['logprobsResult'])
  const tops = objectsIn(result?.['topCandidates'])
  const content = objectsIn(result?.['chosenCandidates']).map((chosen, place) =>
    Object.assign(tokenOf(chosen), {
      top_logprobs: objectsIn(tops[place]?.['candidates']).map(tokenOf),
    }),
  )
  return content.length > 0 ? { logprobs: { content } } : {}
}

function tokenOf(candidate: JsonObject): JsonObject {
  const token = asString(candidate['token']) ?? ''
  return { token, logprob: asNumber(candidate['logProbability']) ?? 0, bytes: null }
}

const PART_FIELDS = new Set(['text', 'thought', 'thoughtSignature'])
/** What a part may hold in the place of text. Source: Gemini API reference, "Part". */
const DATA_FIELDS = [
  'inlineData',
  'inline_data',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
]

/** The words of a part, whatever is said about them beside; none where it holds something else. */
function textIn(part: JsonObject): string | undefined {
  const text = asString(part['text'])
  if (text === undefined || !fieldsBeside(part, PART_FIELDS)) return text
  const other = text === '' || DATA_FIELDS.some((field) => asObject(part[field]))
  return other ? undefined : text
}

function readPart(part: JsonObject, choice: number, progress: Progress): Part[] {
  const at = choice === 0 ? {} : { choice }
  const signature = asString(part['thoughtSignature']) ?? asString(part['thought_signature'])
  const signed = signature === undefined ? {} : { signature }
  const text = textIn(part)
  if (text !== undefined) {
    if (text === '' && signature === undefined) return []
    const type = part['thought'] === true ? 'reasoning' : 'text'
    if (type === 'text') progress.texts.set(choice, (progress.texts.get(choice) ?? '') + text)
    return [{ type, text, ...beginning(signature, choice, progress), ...signed, ...at }]
  }
  const call = asObject(part['functionCall'])
  if (call) return readCall(call, { signed, at }, progress, choice)
  const file = part['thought'] === true ? null : readFile(part)
  if (file) return [{ type: 'file', ...file, ...signed, ...at }]
  return [{ type: 'unknown', data: part, wire: WIRE, ...at }]
}

/** A signed part must come back as it was: it joins nothing, and nothing joins it. */
function beginning(
  signature: string | undefined,
  choice: number,
  { signed }: Progress,
): { begins?: true } {
  const alone = signature !== undefined || signed.has(choice)
  if (signature === undefined) signed.delete(choice)
  else signed.add(choice)
  return alone ? { begins: true } : {}
}

function readFile(part: JsonObject): { url: string; mimeType?: string } | null {
  const stored = asObject(part['fileData'])
  const url = asString(stored?.['fileUri'])
  if (url !== undefined) return { url, ...defined(asString(stored?.['mimeType'])) }
  const inline = inlineIn(part)
  if (!inline) return null
  const { mimeType, data } = inline
  return { url: `data:${mimeType};base64,${data}`, mimeType }
}

function defined(mimeType: string | undefined): { mimeType?: string } {
  return mimeType === undefined ? {} : { mimeType }
}

/** Older models give calls no id; ours tells them apart within the answer. */
function readCall(
  call: JsonObject,
  { signed, at }: { signed: { signature?: string }; at: { choice?: number } },
  progress: Progress,
  choice: number,
): Part[] {
  const pieces = objectsIn(call['partialArgs'] ?? call['partial_args'])
  const goesOn = (call['willContinue'] ?? call['will_continue']) === true
  const growing = progress.growing.get(choice)
  const name = asString(call['name'])
  if (growing && !name) {
    growing.args.add(pieces)
    return goesOn ? [] : endCall(progress, choice, at)
  }
  const before = endCall(progress, choice, at)
  const index = progress.calls++
  progress.called.add(choice)
  const id = asString(call['id']) ?? `call_${index}_${name ?? ''}`
  const begun: Part = { type: 'tool_call', index, id, name: name ?? '', ...signed, ...at }
  if (goesOn || pieces.length > 0) {
    const args = new PartialArgs(asObject(call['args']))
    args.add(pieces)
    progress.growing.set(choice, { index, args })
    return [...before, begun, ...(goesOn ? [] : endCall(progress, choice, at))]
  }
  const text = JSON.stringify(call['args'] ?? {})
  return [...before, begun, { type: 'tool_arguments', index, text, ...at }]
}

/** Arguments that came in pieces are told when the last is there: they are values, not text. */
function endCall(progress: Progress, choice: number, at: { choice?: number }): Part[] {
  const growing = progress.growing.get(choice)
  progress.growing.delete(choice)
  if (!growing) return []
  const text = JSON.stringify(growing.args.value)
  return [{ type: 'tool_arguments', index: growing.index, text, ...at }]
}

/** The numbers are those of Vertex's protocol, for clients that ask for them. */
const REASONS: readonly (readonly [string, FinishReason])[] = [
  ['FINISH_REASON_UNSPECIFIED', 'unknown'],
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['OTHER', 'unknown'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['MALFORMED_FUNCTION_CALL', 'unknown'],
  ['MODEL_ARMOR', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
  ['IMAGE_RECITATION', 'content_filter'],
  ['IMAGE_OTHER', 'unknown'],
  ['UNEXPECTED_TOOL_CALL', 'unknown'],
  ['NO_IMAGE', 'unknown'],
]
const MORE_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ...REASONS,
  ['LANGUAGE', 'content_filter'],
])

/** `STOP` ends an answer with calls too. */
function finishOf(
  value: Json | undefined,
  called: boolean,
): Extract<Part, { type: 'finish' }> | null {
  const raw = typeof value === 'number' ? (REASONS[value]?.[0] ?? String(value)) : asString(value)
  if (raw === undefined || raw === 'FINISH_REASON_UNSPECIFIED') return null
  const reason = MORE_REASONS.get(raw) ?? 'unknown'
  return { type: 'finish', reason: reason === 'stop' && called ? 'tool_call' : reason, raw }
}
