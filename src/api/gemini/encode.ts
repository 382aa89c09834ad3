import type { Block, FinishReason, Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import type { Own } from '../../domain/own-fields.ts'
import { wordsOf } from '../../domain/thought.ts'
import { totalInput, type Usage } from '../../domain/usage.ts'
import { splitDataUrl } from '../../lib/data-url.ts'
import { asObject, type Json, type JsonObject, parseJson } from '../../lib/json.ts'
import { byChoice } from '../choices.ts'
import { withoutUndefined } from '../compact.ts'
import type { Envelope } from '../dialect.ts'
import { logprobsIn, logprobsResult } from '../logprobs.ts'
import { partsOfWork } from '../server-work/as-parts.ts'
import { fieldsOf } from '../server-work/carried.ts'
import { Grounding } from './grounding.ts'

const WIRE = 'gemini'

/** A whole response. Source: Gemini API reference, "GenerateContentResponse". */
export function encodeGenerated(envelope: Envelope, parts: readonly Part[]): JsonObject {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return withoutUndefined({
    candidates: [...byChoice(parts)].map(([index, own]) => encodeCandidate(index, own)),
    ...ownResponse(parts),
    usageMetadata: encodeUsage(collector.answer().usage),
    modelVersion: envelope.model,
    responseId: envelope.id,
  })
}

function encodeCandidate(index: number, parts: readonly Part[]): JsonObject {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  const { content, finish } = collector.answer()
  return {
    content: { parts: content.flatMap(encodeBlock), role: 'model' },
    finishReason: rawReason(parts) ?? REASONS[finish ?? 'stop'],
    index,
    ...groundingOf(content),
    ...logprobsResult(logprobsIn(parts)),
    ...ownChoice(parts),
  }
}

export const REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  length: 'MAX_TOKENS',
  tool_call: 'STOP',
  content_filter: 'SAFETY',
  unknown: 'OTHER',
}

/** Google's own words for why an answer ended. */
const OWN_REASON =
  /^(STOP|MAX_TOKENS|SAFETY|RECITATION|LANGUAGE|OTHER|BLOCKLIST|PROHIBITED_CONTENT|SPII|MODEL_ARMOR|MALFORMED_FUNCTION_CALL|UNEXPECTED_TOOL_CALL|TOO_MANY_TOOL_CALLS|MALFORMED_RESPONSE|CONTINUATION|IMAGE_[A-Z_]+|NO_IMAGE)$/

export function rawReason(parts: readonly Part[]): string | undefined {
  const raw = parts.findLast((part) => part.type === 'finish')?.raw
  return raw !== undefined && OWN_REASON.test(raw) ? raw : undefined
}

const OWN_RESPONSE = ['promptFeedback', 'modelStatus']
const OWN_CHOICE = [
  'groundingMetadata',
  'citationMetadata',
  'safetyRatings',
  'urlContextMetadata',
  'avgLogprobs',
  'logprobsResult',
  'finishMessage',
  'continuationToken',
]

/** What Gemini's own answers have beside. */
export function ownResponse(parts: readonly Part[]): JsonObject {
  return rawFields(parts, OWN_RESPONSE)
}

/** The same of one candidate's. */
export function ownChoice(parts: readonly Part[]): JsonObject {
  return rawFields(parts, OWN_CHOICE)
}

function rawFields(parts: readonly Part[], names: readonly string[]): JsonObject {
  const fields: JsonObject = {}
  for (const part of parts) if (part.type === 'raw') copy(part.fields, names, fields)
  return fields
}

function copy(from: JsonObject, names: readonly string[], to: JsonObject): void {
  for (const name of names) {
    const value = from[name]
    if (value !== undefined) to[name] = value
  }
}

function groundingOf(content: readonly Block[]): JsonObject {
  const grounding = new Grounding()
  for (const block of content) {
    if (block.type !== 'text') continue
    grounding.text(block.text, true)
    for (const citation of block.citations ?? []) grounding.cite(citation)
  }
  return grounding.fields()
}

function encodeBlock(block: Block): JsonObject[] {
  switch (block.type) {
    case 'text':
      if (block.text === '' && block.signature === undefined) return []
      return [
        withoutUndefined({
          text: block.text,
          thoughtSignature: block.signature,
          ...besideOf(block),
        }),
      ]
    case 'refusal':
      return [{ text: block.text }]
    case 'thought':
      return encodeThought(block)
    case 'tool_call':
      return [encodeCall(block)]
    case 'file':
      return [encodeFile(block.url, block.mimeType, block.signature)]
    case 'unknown': {
      const data = asObject(block.data)
      if (!data || block.wire === undefined) return []
      return block.wire === WIRE ? [data] : partsOfWork(data, block.wire)
    }
    case 'tool_result':
      return []
  }
}

/** Encrypted reasoning travels as the signature of a thought: there it comes back from. */
export function encodeThought(thought: {
  readonly text: string | null
  readonly summary?: readonly string[]
  readonly signature?: string
  readonly data?: string
  readonly id?: string
  readonly format?: string
}): JsonObject[] {
  const { signature, data } = thought
  const said = wordsOf(thought) ?? ''
  const thoughtSignature = signature ?? data
  if (said === '' && thoughtSignature === undefined) return []
  const partMetadata = metadataOf(thought)
  return [withoutUndefined({ text: said, thought: true, thoughtSignature, partMetadata })]
}

/** What a program is to bring back with a part: of which kind the secret is, and its names. */
function metadataOf(thought: Parameters<typeof encodeThought>[0]): JsonObject | undefined {
  const { signature, data, id, format } = thought
  const encrypted = signature === undefined && data !== undefined ? true : undefined
  const weir = withoutUndefined({ encrypted, id, format })
  return Object.keys(weir).length > 0 ? { weir } : undefined
}

/** What another provider says of a text or a call, for the client to bring back. */
export function besideOf(own: Own): JsonObject {
  const partMetadata = fieldsOf(own, WIRE)
  return Object.keys(partMetadata).length > 0 ? { partMetadata } : {}
}

export function encodeCall(
  call: Own & {
    readonly id: string
    readonly name: string
    readonly arguments: string
    readonly signature?: string
  },
): JsonObject {
  const { id, name, signature } = call
  return withoutUndefined({
    functionCall: withoutUndefined({ id: id || undefined, name, args: argsOf(call.arguments) }),
    thoughtSignature: signature,
    ...besideOf(call),
  })
}

/** Arguments that are no JSON object (cut off, say) still reach the client, as text. */
function argsOf(text: string): Json {
  if (text.trim() === '' || text.trim() === 'null') return {}
  return asObject(parseJson(text)) ?? { input: text }
}

export function encodeFile(
  url: string,
  mimeType: string | undefined,
  signature: string | undefined,
): JsonObject {
  const { type: inUrl, data } = splitDataUrl(url)
  const mime = inUrl || mimeType || 'application/octet-stream'
  const file =
    data === undefined
      ? { fileData: { mimeType: mime, fileUri: url } }
      : { inlineData: { mimeType: mime, data } }
  return withoutUndefined({ ...file, thoughtSignature: signature })
}

/** Thoughts stand apart from the answer here; what was cached is part of the prompt. */
export function encodeUsage(usage: Usage | null): JsonObject | undefined {
  if (!usage) return undefined
  const prompt = totalInput(usage) ?? 0
  const answer = (usage.output ?? 0) + (usage.audioOutput ?? 0)
  return withoutUndefined({
    promptTokenCount: prompt,
    candidatesTokenCount: answer,
    totalTokenCount: prompt + answer + (usage.reasoning ?? 0),
    cachedContentTokenCount: usage.cacheRead ?? undefined,
    thoughtsTokenCount: usage.reasoning ?? undefined,
  })
}
