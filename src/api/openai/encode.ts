import type { FinishReason, JsonObject, Part, Thought } from '../../domain/chat.ts'
import { Collector, joinDetails } from '../../domain/collect.ts'
import { mergeUsage, totalInput, totalOutput, type Usage } from '../../domain/usage.ts'
import type { Json } from '../../lib/json.ts'

/** What every answer and chunk in TensorZero's shape carries (spec §2.3). */
export interface Envelope {
  readonly id: string
  readonly episodeId: string
  /** `tensorzero::model_name::…`, as the client wrote it. */
  readonly model: string
  /** Seconds since 1970. */
  readonly created: number
  readonly providerType: string
}

/** A whole answer in TensorZero's shape. Fields we do not know stay where the provider had them. */
export function encodeCompletion(envelope: Envelope, parts: readonly Part[]): JsonObject {
  const choices = new Map<number, Part[]>([[0, []]])
  let usage: Usage | null = null
  let cost: number | null = null
  const extra: JsonObject = {}
  for (const part of parts) {
    if (part.type === 'usage') {
      usage = usage ? mergeUsage(usage, part.usage) : part.usage
      cost = part.reportedCost ?? cost
    } else if (part.type === 'raw' && part.level === 'response') {
      Object.assign(extra, part.fields)
    } else if (part.type !== 'error') {
      const choice = part.choice ?? 0
      choices.set(choice, [...(choices.get(choice) ?? []), part])
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
    choices: [...choices].map(([index, own]) => encodeChoice(index, own, envelope)),
    usage: encodeUsage(usage, cost),
  }
}

function encodeChoice(index: number, parts: readonly Part[], envelope: Envelope): JsonObject {
  const collector = new Collector()
  for (const part of parts) collector.add(withoutChoice(part))
  const { content, finish } = collector.answer()
  const texts = content.filter((block) => block.type === 'text')
  const refusals = content.filter((block) => block.type === 'refusal')
  const calls = content.filter((block) => block.type === 'tool_call')
  const own = content.flatMap((block, place) =>
    block.type === 'thought' ? [encodeThought(block, place, envelope)] : [],
  )
  const unread = rawFields(parts, 'message')
  return {
    ...rawFields(parts, 'choice'),
    index,
    finish_reason: encodeFinish(finish),
    message: {
      ...unread,
      role: 'assistant',
      content:
        texts.length > 0 ? texts.map((block) => block.text).join('') : (unread['content'] ?? null),
      ...(refusals.length > 0 && { refusal: refusals.map((block) => block.text).join('') }),
      ...reasoningFields(content.filter((block) => block.type === 'thought')),
      ...(calls.length > 0 && {
        tool_calls: calls.map(({ id, name, arguments: args, custom }) =>
          encodeCall({ id, name, text: args, custom: custom === true }),
        ),
      }),
      ...(own.length > 0 && { tensorzero_extra_content: own }),
    },
  }
}

function withoutChoice(part: Part): Part {
  return 'choice' in part ? { ...part, choice: 0 } : part
}

function rawFields(parts: readonly Part[], level: 'choice' | 'message'): JsonObject {
  const fields: JsonObject = {}
  for (const part of parts) {
    if (part.type === 'raw' && part.level === level) Object.assign(fields, part.fields)
  }
  return fields
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
function reasoningFields(thoughts: readonly Thought[]): JsonObject {
  const text = thoughts.map((thought) => thought.text ?? '').join('')
  const details = joinDetails(thoughts.flatMap((thought) => thought.details ?? []))
  return {
    ...(text !== '' && { reasoning: text, reasoning_content: text }),
    ...(details.length > 0 && { reasoning_details: details }),
  }
}

function encodeThought(thought: Thought, place: number, { providerType }: Envelope): JsonObject {
  return {
    type: 'thought',
    insert_index: place,
    text: thought.text,
    ...(thought.signature !== undefined && { signature: thought.signature }),
    provider_type: providerType,
    ...(thought.details && { extra_data: { reasoning_details: [...thought.details] } }),
  }
}

export function encodeUsage(usage: Usage | null, cost: number | null): Json {
  if (!usage) return null
  const input = totalInput(usage)
  const output = totalOutput(usage)
  const fields: JsonObject = {}
  if (input !== null) fields['prompt_tokens'] = input
  if (output !== null) fields['completion_tokens'] = output
  if (input !== null && output !== null) fields['total_tokens'] = input + output
  if (usage.cacheRead !== null) {
    fields['prompt_tokens_details'] = { cached_tokens: usage.cacheRead }
  }
  if (usage.reasoning !== null) {
    fields['completion_tokens_details'] = { reasoning_tokens: usage.reasoning }
  }
  if (usage.cacheWrite !== null) {
    fields['tensorzero_provider_cache_write_input_tokens'] = usage.cacheWrite
  }
  return { ...fields, tensorzero_cost: cost }
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
