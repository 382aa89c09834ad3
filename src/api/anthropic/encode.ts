import type { Block, Citation, FinishReason, Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { totalOutput, UNKNOWN_USAGE, type Usage } from '../../domain/usage.ts'
import { asObject, asString, type JsonObject, parseJson } from '../../lib/json.ts'
import type { Envelope } from '../dialect.ts'
import { withSignedThoughts } from '../signatures.ts'

const WIRE = 'anthropic_messages'

/** A whole message. Source: Claude API reference, "Create a Message". */
export function encodeMessage(envelope: Envelope, parts: readonly Part[]): JsonObject {
  const collector = new Collector()
  for (const part of withSignedThoughts(parts, true)) collector.add(part)
  const { content, usage, finish, finishRaw } = collector.answer()
  const stop = parts.find((part) => part.type === 'finish')
  return {
    id: messageId(envelope.id),
    type: 'message',
    role: 'assistant',
    model: envelope.model,
    content: content.flatMap(encodeBlock),
    stop_reason: stopReason(finish, finishRaw),
    stop_sequence: stop?.stopSequence ?? null,
    usage: encodeUsage(usage),
    ...ownFields(parts),
  }
}

/** Anthropic's ids begin with `msg_`; the rest is the inference's id, so that it can be found. */
export function messageId(id: string): string {
  return `msg_${id.replaceAll('-', '')}`
}

/** What Anthropic's own answers have beside (container, context management). */
export function ownFields(parts: readonly Part[]): JsonObject {
  const own: JsonObject = {}
  for (const part of parts) {
    if (part.type !== 'raw' || part.level !== 'response') continue
    for (const name of OWN_FIELDS) {
      const value = part.fields[name]
      if (value !== undefined) own[name] = value
    }
  }
  return own
}

const OWN_FIELDS = ['container', 'context_management', 'stop_details']

const REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  tool_call: 'tool_use',
  content_filter: 'refusal',
  unknown: 'end_turn',
}

/** Words that are Anthropic's own are its client's too. */
const OWN_REASONS = new Set(['pause_turn', 'model_context_window_exceeded', 'compaction'])

export function stopReason(finish: FinishReason | null, raw: string | null): string {
  if (raw !== null && OWN_REASONS.has(raw)) return raw
  return REASONS[finish ?? 'stop']
}

/** What Anthropic calls `input_tokens` is what no cache was asked for or given. */
export function encodeUsage(said: Usage | null): JsonObject {
  const usage = said ?? UNKNOWN_USAGE
  const { reasoning } = usage
  return {
    input_tokens: total([usage.input, usage.audioInput, usage.imageInput]),
    cache_creation_input_tokens: total([usage.cacheWrite, usage.cacheWrite1h]),
    cache_read_input_tokens: total([usage.cacheRead]),
    cache_creation: {
      ephemeral_5m_input_tokens: total([usage.cacheWrite]),
      ephemeral_1h_input_tokens: total([usage.cacheWrite1h]),
    },
    output_tokens: totalOutput(usage) ?? 0,
    ...(reasoning !== null && { output_tokens_details: { thinking_tokens: reasoning } }),
  }
}

function total(counts: readonly (number | null)[]): number {
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
}

/** A block of an answer as Anthropic's clients know it. */
function encodeBlock(block: Block): JsonObject[] {
  switch (block.type) {
    case 'text': {
      const cited = block.citations?.map(encodeCitation)
      if (block.text === '' && !cited && block.signature === undefined) return []
      return [{ type: 'text', text: block.text, citations: cited ?? null }]
    }
    case 'refusal':
      return [{ type: 'text', text: block.text, citations: null }]
    case 'thought':
      return encodeThought(block)
    case 'tool_call':
      return [{ type: 'tool_use', id: block.id, name: block.name, input: inputOf(block.arguments) }]
    case 'unknown': {
      const data = asObject(block.data)
      return data && block.wire === WIRE ? [data] : []
    }
    case 'file':
      return [{ type: 'text', text: `![file](${block.url})`, citations: null }]
    case 'tool_result':
      return []
  }
}

/** A thought's words, and what its provider needs to believe it: the client brings both back. */
export function encodeThought(
  thought: Pick<
    Extract<Block, { type: 'thought' }>,
    'text' | 'summary' | 'signature' | 'data' | 'id'
  >,
): JsonObject[] {
  const { text, summary, signature, data } = thought
  const said = text ?? summary?.join('\n\n') ?? null
  const blocks: JsonObject[] = []
  if (said !== null || signature !== undefined) {
    blocks.push({ type: 'thinking', thinking: said ?? '', signature: signature ?? '' })
  }
  if (data !== undefined) blocks.push({ type: 'redacted_thinking', data })
  return blocks
}

/** Anthropic's own citation as it was; another's as that of a page found on the web. */
export function encodeCitation({ raw, wire, url, title, citedText }: Citation): JsonObject {
  if (wire === WIRE) return raw
  return {
    type: 'web_search_result_location',
    cited_text: citedText ?? '',
    encrypted_index: '',
    title: title ?? null,
    url: url ?? '',
  }
}

/** Arguments that are no JSON object (cut off, say) still reach the client, as text. */
function inputOf(text: string): JsonObject {
  if (text.trim() === '') return {}
  const value = parseJson(text)
  return asObject(value) ?? { input: asString(value) ?? text }
}
