import type {
  Block,
  FinishReason,
  JsonObject,
  Part,
  TextBlock,
  Thought,
  ToolCallBlock,
} from '../../domain/chat.ts'
import { Collector, joinDetails } from '../../domain/collect.ts'
import { jsonOutput, thoughtJson } from '../../domain/native-blocks.ts'
import { wordsOf } from '../../domain/thought.ts'
import { mergeUsage, totalInput, totalOutput, type Usage } from '../../domain/usage.ts'
import { asArray, asObject, type Json } from '../../lib/json.ts'
import { byChoice } from '../choices.ts'
import type { Envelope } from '../dialect.ts'
import { logprobsIn } from '../logprobs.ts'
import { AskedCalls } from '../server-work/asked.ts'
import { fieldsOf } from '../server-work/carried.ts'
import { withSignedThoughts } from '../signatures.ts'
import { placeFields } from '../tensorzero/encode.ts'
import { annotationOf } from './annotations.ts'
import { detailsOf, signatureFields } from './details.ts'
import { mediaFields } from './media.ts'

/** A whole answer in TensorZero's shape. Fields we do not know stay where the provider had them. */
export function encodeCompletion(envelope: Envelope, parts: readonly Part[]): JsonObject {
  let usage: Usage | null = null
  const extra: JsonObject = {}
  const shown = toldApart(parts, envelope)
  const asked = envelope.task ? shown : new AskedCalls().addTo(shown)
  const signed = withSignedThoughts(asked, false)
  for (const part of signed) {
    if (part.type === 'usage') {
      usage = usage ? mergeUsage(usage, part.usage) : part.usage
    } else if (part.type === 'raw' && part.level === 'response') {
      if (speaksHere(envelope)) Object.assign(extra, part.fields)
    }
  }
  return {
    system_fingerprint: '',
    service_tier: null,
    ...extra,
    id: envelope.id,
    episode_id: envelope.episodeId,
    object: 'chat.completion',
    created: envelope.created,
    model: envelope.model,
    choices: [...byChoice(signed)].map(([index, own]) =>
      envelope.task?.fn.type === 'json'
        ? encodeJson(index, own)
        : encodeChoice(index, own, envelope),
    ),
    usage: encodeUsage(usage, envelope.cost),
    ...providersWords(envelope),
  }
}

/** What the providers said, for who asked to see it. */
function providersWords({ raw }: Envelope): JsonObject {
  if (!raw) return {}
  const { include } = raw
  const original = include.originalResponse ? raw.lastResponse() : null
  return {
    ...(include.rawUsage && { tensorzero_raw_usage: raw.usages('all') }),
    ...(original !== null && { tensorzero_original_response: original }),
    ...(include.rawResponse && { tensorzero_raw_response: raw.responses('all') }),
  }
}

/** A json function's answer is its text alone. */
function encodeJson(index: number, parts: readonly Part[]): JsonObject {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  const { content, finish } = collector.answer()
  const { raw } = jsonOutput(content, null)
  const message = { role: 'assistant', content: raw, refusal: null }
  return { index, finish_reason: encodeFinish(finish), logprobs: null, message }
}

function encodeChoice(index: number, parts: readonly Part[], envelope: Envelope): JsonObject {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  const { content, finish } = collector.answer()
  const texts = content.filter((block) => block.type === 'text')
  const refusals = content.filter((block) => block.type === 'refusal')
  const calls = content.filter((block) => block.type === 'tool_call')
  const own = content.flatMap((block, place) => extraOf(block, place, envelope))
  const known = speaksHere(envelope) ? parts : []
  const unread = rawFields(known, 'message')
  const cited = annotationsOf(texts)
  const files = content.filter((block) => block.type === 'file')
  return {
    logprobs: null,
    ...rawFields(known, 'choice'),
    ...logprobsOf(parts, known),
    index,
    finish_reason: encodeFinish(finish),
    message: {
      ...mediaFields(files, envelope.id),
      refusal: null,
      ...unread,
      role: 'assistant',
      content:
        texts.length > 0 ? texts.map((block) => block.text).join('') : (unread['content'] ?? null),
      ...(refusals.length > 0 && { refusal: refusals.map((block) => block.text).join('') }),
      ...reasoningFields(
        content.filter((block) => block.type === 'thought'),
        envelope,
      ),
      ...(calls.length > 0 && {
        tool_calls: calls.map((block) => encodeOwnCall(block, envelope)),
      }),
      ...(cited.length > 0 && { annotations: [...cited, ...asArray(unread['annotations'])] }),
      ...(own.length > 0 && { tensorzero_extra_content: own }),
      ...fieldsOf(texts.findLast(({ raw }) => raw) ?? {}, 'openai_chat'),
    },
  }
}

/** What is cited in each text, by its place in all of them together. */
function annotationsOf(texts: readonly TextBlock[]): JsonObject[] {
  let begin = 0
  return texts.flatMap(({ text, citations = [] }) => {
    const annotations = citations.map((citation) => annotationOf(citation, begin))
    begin += text.length
    return annotations
  })
}

/** What has no noun is worth repeating only where the provider spoke this dialect. */
export function speaksHere({ wire }: Envelope): boolean {
  return wire === 'openai_chat'
}

/** What its provider did itself is told in its own field where it spoke this dialect, once. */
export function toldApart(parts: readonly Part[], envelope: Envelope): readonly Part[] {
  if (!speaksHere(envelope)) return parts
  return parts.filter((part) => part.type !== 'unknown' || !('executed_tools' in part.data))
}

function logprobsOf(parts: readonly Part[], known: readonly Part[]): JsonObject {
  const content = logprobsIn(parts)
  const said = asObject(rawFields(known, 'choice')['logprobs'])
  return content.length > 0 ? { logprobs: { refusal: null, ...said, content } } : {}
}

function rawFields(parts: readonly Part[], level: 'choice' | 'message'): JsonObject {
  const fields: JsonObject = {}
  for (const part of parts) {
    if (part.type !== 'raw' || part.level !== level) continue
    for (const [field, value] of Object.entries(part.fields)) {
      const before = fields[field]
      const both = Array.isArray(before) && Array.isArray(value)
      fields[field] = both ? [...before, ...value] : value
    }
  }
  return fields
}

function encodeOwnCall(block: ToolCallBlock, { task }: Envelope): JsonObject {
  const { id, name, arguments: text, custom, signature } = block
  const call = encodeCall({ id, name, text, custom: custom === true && !task })
  return { ...call, ...signatureFields(signature), ...fieldsOf(block, 'openai_chat') }
}

/** A call as OpenAI words it: custom tools take text where functions take JSON. */
export function encodeCall(call: {
  readonly id: string | null
  readonly name: string
  readonly text: string
  readonly custom: boolean
}): JsonObject {
  const { id, name, text, custom } = call
  return custom
    ? { id, type: 'custom', custom: { name, input: text } }
    : { id, type: 'function', function: { name, arguments: text } }
}

/** Reasoning as ordinary fields, under each of the names that clients read. */
function reasoningFields(thoughts: readonly Thought[], envelope: Envelope): JsonObject {
  const text = thoughts.map((thought) => wordsOf(thought) ?? '').join('')
  const details = joinDetails(
    speaksHere(envelope)
      ? thoughts.flatMap((thought) => thought.details ?? [])
      : thoughts.flatMap(detailsOf),
  )
  return {
    ...(text !== '' && { reasoning: text, reasoning_content: text }),
    ...(details.length > 0 && { reasoning_details: details }),
  }
}

/** What OpenAI has no word for, with its place among the blocks. */
function extraOf(block: Block, place: number, envelope: Envelope): JsonObject[] {
  const { providerType } = envelope
  if (block.type === 'thought') {
    return [{ insert_index: place, ...thoughtJson({ providerType, ...block }) }]
  }
  if (block.type !== 'unknown') return []
  const { type, data } = block
  return [{ type, insert_index: place, data, ...placeFields(envelope.place) }]
}

export function encodeUsage(usage: Usage | null, cost: Envelope['cost']): Json {
  if (!usage) return null
  const input = totalInput(usage)
  const output = totalOutput(usage)
  const fields: JsonObject = {}
  if (input !== null) fields['prompt_tokens'] = input
  if (output !== null) fields['completion_tokens'] = output
  if (input !== null && output !== null) fields['total_tokens'] = input + output
  const inputs = told({ cached_tokens: usage.cacheRead, audio_tokens: usage.audioInput })
  const outputs = told({ reasoning_tokens: usage.reasoning, audio_tokens: usage.audioOutput })
  if (inputs) fields['prompt_tokens_details'] = inputs
  if (outputs) fields['completion_tokens_details'] = outputs
  if (usage.cacheWrite !== null || usage.cacheWrite1h !== null) {
    fields['tensorzero_provider_cache_write_input_tokens'] =
      (usage.cacheWrite ?? 0) + (usage.cacheWrite1h ?? 0)
  }
  return { ...fields, tensorzero_cost: cost() }
}

/** The counts that were told; none where nothing was. */
function told(counts: Readonly<Record<string, number | null>>): JsonObject | null {
  const entries = Object.entries(counts).filter(([, count]) => count !== null)
  return entries.length > 0 ? Object.fromEntries(entries) : null
}

const FINISH: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_call: 'tool_calls',
  content_filter: 'content_filter',
  unknown: 'stop',
}

export function encodeFinish(finish: FinishReason | null): string {
  return FINISH[finish ?? 'stop']
}
