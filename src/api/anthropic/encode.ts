import type {
  Block,
  Citation,
  FinishReason,
  Part,
  Thought,
  ToolCallBlock,
} from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { wordsOf } from '../../domain/thought.ts'
import { totalOutput, UNKNOWN_USAGE, type Usage } from '../../domain/usage.ts'
import { asObject, type JsonObject, parseJson } from '../../lib/json.ts'
import { withoutUndefined } from '../compact.ts'
import type { Envelope } from '../dialect.ts'
import { WorkBlocks } from '../server-work/as-messages.ts'
import { fieldsOf } from '../server-work/carried.ts'
import { withSignedThoughts } from '../signatures.ts'

const WIRE = 'anthropic_messages'

/** A whole message. Source: Claude API reference, "Create a Message". */
export function encodeMessage(envelope: Envelope, parts: readonly Part[]): JsonObject {
  const collector = new Collector()
  for (const part of withSignedThoughts(parts, true)) collector.add(part)
  const { content, usage, finish, finishRaw } = collector.answer()
  const stop = parts.find((part) => part.type === 'finish')
  const works = new WorkBlocks()
  const said = content.flatMap((block) => encodeBlock(block, works))
  return {
    id: messageId(envelope.id),
    type: 'message',
    role: 'assistant',
    model: envelope.model,
    content: said,
    stop_reason: stopReason(finish, finishRaw),
    stop_sequence: stop?.stopSequence ?? null,
    usage: { ...encodeUsage(usage), ...ownCounts(envelope, parts) },
    ...NO_OWN_FIELDS,
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

/** Its clients know these as null, not as missing. */
export const NO_OWN_FIELDS = { container: null, diagnostics: null, stop_details: null } as const

const NO_OWN_COUNTS = {
  server_tool_use: null,
  service_tier: null,
  inference_geo: null,
  speed: null,
} as const

/** What Anthropic's own usage has beside the tokens; null, as its clients know it, in others' answers. */
export function ownCounts({ wire }: Envelope, parts: readonly Part[]): JsonObject {
  const own: JsonObject = { ...NO_OWN_COUNTS }
  if (wire !== WIRE) return own
  for (const part of parts) {
    if (part.type !== 'usage') continue
    for (const name of Object.keys(NO_OWN_COUNTS)) own[name] = part.raw[name] ?? own[name] ?? null
  }
  return own
}

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

/** Its clients need the two totals as numbers; of the rest, what is not known is null. */
export function encodeUsage(said: Usage | null): JsonObject {
  const usage = said ?? UNKNOWN_USAGE
  const { cacheRead, cacheWrite, cacheWrite1h, reasoning } = usage
  const written = sum([cacheWrite, cacheWrite1h])
  return {
    input_tokens: sum([usage.input, usage.audioInput, usage.imageInput]) ?? 0,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cacheRead,
    cache_creation:
      written === null
        ? null
        : {
            ephemeral_5m_input_tokens: cacheWrite ?? 0,
            ephemeral_1h_input_tokens: cacheWrite1h ?? 0,
          },
    output_tokens: totalOutput(usage) ?? 0,
    output_tokens_details: reasoning === null ? null : { thinking_tokens: reasoning },
  }
}

function sum(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null)
  return known.length === 0 ? null : known.reduce((total, count) => total + count, 0)
}

/** A block of an answer as Anthropic's clients know it. */
function encodeBlock(block: Block, works: WorkBlocks): JsonObject[] {
  switch (block.type) {
    case 'text': {
      const cited = block.citations?.map(encodeCitation)
      if (block.text === '' && !cited && block.signature === undefined) return []
      return [
        { type: 'text', text: block.text, citations: cited ?? null, ...fieldsOf(block, WIRE) },
      ]
    }
    case 'refusal':
      return [{ type: 'text', text: block.text, citations: null }]
    case 'thought':
      return encodeThought(block)
    case 'tool_call': {
      const { id, name } = block
      return [{ type: 'tool_use', id, name, input: inputOf(block), ...fieldsOf(block, WIRE) }]
    }
    case 'unknown': {
      const data = asObject(block.data)
      if (!data || block.wire === undefined) return []
      return block.wire === WIRE ? [data] : works.of(data, block.wire)
    }
    case 'file':
      return [{ type: 'text', text: `![file](${block.url})`, citations: null }]
    case 'tool_result':
      return []
  }
}

/** A thought's words, and what its provider needs to believe it: the client brings both back. */
function encodeThought(thought: Thought): JsonObject[] {
  const { signature, data } = thought
  const said = wordsOf(thought)
  const names = thoughtNames(thought)
  const blocks: JsonObject[] = []
  if (said !== null || signature !== undefined) {
    const thinking = said ?? ''
    blocks.push({ type: 'thinking', thinking, signature: signature ?? '', ...names })
  }
  if (data !== undefined) blocks.push({ type: 'redacted_thinking', data, ...names })
  return blocks
}

/** Claude's thoughts have no names, and Anthropic takes none; others' are wanted back by their makers. */
export function thoughtNames({ id, format }: Pick<Thought, 'id' | 'format'>): JsonObject {
  const names = { id, format: format !== undefined && /claude/.test(format) ? undefined : format }
  return withoutUndefined(names)
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
function inputOf({ arguments: text, custom }: ToolCallBlock): JsonObject {
  if (custom) return { input: text }
  if (text.trim() === '' || text.trim() === 'null') return {}
  return asObject(parseJson(text)) ?? { input: text }
}
