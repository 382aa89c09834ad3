import type {
  Block,
  FileBlock,
  Message,
  TextBlock,
  Thought,
  ToolResultBlock,
} from '../../domain/chat.ts'
import { wordsOf as allWordsOf } from '../../domain/thought.ts'
import { splitDataUrl } from '../../lib/data-url.ts'
import { asArray, asObject, asString, type Json, type JsonObject } from '../../lib/json.ts'
import { type Leftovers, SEALED_THOUGHT } from '../leftovers.ts'
import type { Quirks } from '../provider.ts'
import { breakpointOf, WIRE, withoutUndefined } from './fields.ts'

/**
 * Messages of a conversation. A result of a tool is a message of its own here, and a text: the files
 * in it are the user's, once all results have been told.
 */
export function encodeMessages(
  messages: readonly Message[],
  quirks: Quirks,
  left: Leftovers,
): Json[] {
  const told: Json[] = []
  let files: Json[] = []
  for (const message of messages) {
    const results = message.content.filter((block) => block.type === 'tool_result')
    told.push(...results.map((block) => encodeResult(block, quirks, left)))
    if (!quirks.filesInResults) files.push(...results.flatMap(filesOf))
    const rest = message.content.filter((block) => block.type !== 'tool_result')
    if (rest.length === 0 && results.length > 0) continue
    const body =
      message.role === 'assistant'
        ? encodeAssistant(rest, quirks, left)
        : encodeContent(rest, quirks, left)
    const joined = message.role === 'user' ? afterFiles(files, body) : body
    if (files.length > 0 && joined === body) told.push({ role: 'user', content: files })
    files = []
    if (!saysNothing(joined)) told.push({ role: message.role, ...joined })
  }
  return files.length > 0 ? [...told, { role: 'user', content: files }] : told
}

/** What the user says, behind the files of results: some servers take no two turns of one role. */
function afterFiles(files: readonly Json[], body: JsonObject): JsonObject {
  const { content } = body
  if (files.length === 0) return body
  const said = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content)
  return { ...body, content: [...files, ...said] }
}

/** The files of a result, and of which it is. */
function filesOf({ id, content = [] }: ToolResultBlock): Json[] {
  const files = content.flatMap((piece) => (piece.type === 'file' ? [encodeFile(piece)] : []))
  if (files.length === 0) return []
  return [{ type: 'text', text: `Files in the result of the call ${id}:` }, ...files]
}

/** A turn of which nothing is left that this provider can be told: it would refuse such a message. */
function saysNothing({ content, ...others }: JsonObject): boolean {
  const empty = content === null || (Array.isArray(content) && content.length === 0)
  return empty && Object.keys(others).length === 0
}

function encodeResult(block: ToolResultBlock, quirks: Quirks, left: Leftovers): Json {
  const { id, result, content = [], cacheControl } = block
  const files = content.some(({ type }) => type === 'file')
  if (!files || !quirks.filesInResults) {
    for (const piece of content) left.foreign(piece, WIRE)
    const cached = quirks.cacheControl && cacheControl ? { cache_control: cacheControl } : {}
    return { role: 'tool', tool_call_id: id, content: result, ...cached }
  }
  const pieces = content.flatMap((piece) => encodePiece(piece, quirks, left))
  return { role: 'tool', tool_call_id: id, content: pieces }
}

function encodeAssistant(blocks: readonly Block[], quirks: Quirks, left: Leftovers): JsonObject {
  const text = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : []))
  const thoughts = blocks.filter((block) => block.type === 'thought')
  const refusal = blocks.find((block) => block.type === 'refusal')?.text
  const audio = blocks.flatMap((block) => ownData(block)['audio'] ?? []).at(0)
  for (const block of blocks) {
    if (block.type === 'file') left.add('a file in a message of the assistant')
    left.foreign(block, WIRE)
  }
  const calls = encodeCalls(blocks, quirks, left)
  const signature = blocks.findLast((block) => block.type === 'text')?.signature
  const thinking = quirks.reasoningBack === 'thinking_list' ? thinkingOf(thoughts) : []
  const plain = text.length > 0 ? text.join('') : null
  const said = plain === null ? [] : [{ type: 'text', text: plain }]
  const beside = withoutUndefined({
    refusal,
    audio,
    extra_content: signed(signature, quirks, left),
    ...encodeThoughts(thoughts, quirks, left),
    tool_calls: calls.length > 0 ? calls : undefined,
  })
  // Without words the content is null beside calls and the like, but beside thoughts alone it is empty.
  const silent = MAY_BE_SILENT.some((field) => field in beside) ? null : ''
  const alone = plain ?? (Object.keys(beside).length > 0 ? silent : null)
  return { content: thinking.length > 0 ? [...thinking, ...said] : alone, ...beside }
}

const MAY_BE_SILENT = ['refusal', 'audio', 'tool_calls']

/** Mistral takes thoughts back as pieces of the content. */
function thinkingOf(thoughts: readonly Thought[]): Json[] {
  return thoughts.flatMap(({ text }): Json[] =>
    text === null ? [] : [{ type: 'thinking', thinking: [{ type: 'text', text }] }],
  )
}

/** Pieces of an assistant's message that this wire has no name for come back as they were. */
function ownData(block: Block): JsonObject {
  if (block.type !== 'unknown' || block.wire !== WIRE) return {}
  return asObject(block.data) ?? {}
}

function encodeCalls(blocks: readonly Block[], quirks: Quirks, left: Leftovers): Json[] {
  return blocks.flatMap((block): Json[] => {
    if (block.type !== 'tool_call') return []
    const { id, name, arguments: text, custom, signature } = block
    const said = custom
      ? { type: 'custom', custom: { name, input: text } }
      : { type: 'function', function: { name, arguments: text } }
    return [withoutUndefined({ id, ...said, extra_content: signed(signature, quirks, left) })]
  })
}

/** Google's place for signatures in this format: others refuse what they do not know. */
function signed(
  signature: string | undefined,
  { signatures }: Quirks,
  left: Leftovers,
): JsonObject | undefined {
  if (signature === undefined) return undefined
  if (signatures) return { google: { thought_signature: signature } }
  left.add('a signature of Gemini')
  return undefined
}

/** Ways back for reasoning that take its words alone. */
const WORDS: ReadonlySet<string> = new Set(['reasoning_content', 'reasoning'])

function encodeThoughts(
  thoughts: readonly Thought[],
  quirks: Quirks,
  left: Leftovers,
): Record<string, Json | undefined> {
  if (thoughts.length === 0) return {}
  const text = thoughts.map((thought) => allWordsOf(thought) ?? '').join('')
  const back = quirks.reasoningBack ?? 'none'
  if (text === '' && WORDS.has(back)) left.add(SEALED_THOUGHT)
  switch (back) {
    case 'reasoning_content':
      return { reasoning_content: text === '' ? undefined : text }
    case 'reasoning':
      return { reasoning: text === '' ? undefined : text }
    case 'reasoning_details': {
      const details = thoughts.flatMap((thought, index) => detailsOf(thought, index))
      return {
        reasoning: text === '' ? undefined : text,
        reasoning_details: details.length > 0 ? details : undefined,
      }
    }
    case 'thinking_list':
      return {}
    case 'none':
      left.add('earlier reasoning')
      return {}
  }
}

/** The provider's own pieces where it gave some; else made from what they say. */
function detailsOf(thought: Thought, index: number): JsonObject[] {
  const { data, signature, id, details } = thought
  if (details && details.length > 0) return [...details]
  // In a dialect without a word for the kind, an opaque thought is one of Claude's.
  const opaque = signature ?? data
  const format = thought.format ?? (opaque === undefined ? undefined : 'anthropic-claude-v1')
  const common = { id, format, index }
  const { summary, text } = wordsOf(thought)
  const made: JsonObject[] = []
  if (summary !== null) {
    made.push(withoutUndefined({ type: 'reasoning.summary', summary, ...common }))
  }
  if (text !== null || signature !== undefined) {
    made.push(withoutUndefined({ type: 'reasoning.text', text: text ?? '', signature, ...common }))
  }
  if (data !== undefined) {
    made.push(withoutUndefined({ type: 'reasoning.encrypted', data, ...common }))
  }
  return made
}

/** What the makers of `…-responses-…` show is always a summary, whatever a dialect called it. */
function wordsOf(thought: Thought): { summary: string | null; text: string | null } {
  const { text, summary, signature, format = '' } = thought
  if (summary) return { summary: summary.join('\n\n'), text }
  const summarized = signature === undefined && format.includes('-responses-')
  return summarized && text ? { summary: text, text: null } : { summary: null, text }
}

function encodeContent(blocks: readonly Block[], quirks: Quirks, left: Leftovers): JsonObject {
  const [only] = blocks
  const plain = blocks.length === 1 && only?.type === 'text'
  if (plain && Object.keys(cacheFields(only, quirks)).length === 0) return { content: only.text }
  return { content: blocks.flatMap((block) => encodePiece(block, quirks, left)) }
}

function encodePiece(block: Block, quirks: Quirks, left: Leftovers): Json[] {
  switch (block.type) {
    case 'text': {
      const { text } = block
      return [{ type: 'text', text, ...cacheFields(block, quirks) }]
    }
    case 'file':
      return [{ ...encodeFile(block), ...breakpointOf(block) }]
    case 'unknown':
      return left.unknown(block, WIRE)
    case 'refusal':
    case 'thought':
    case 'tool_call':
    case 'tool_result':
      left.add(`a ${block.type} block in a message of the user or the system`)
      return []
  }
}

/** A file that came in a kind of this format that OpenAI has not, with its address back in place. */
function asItWas({ url, raw, wire }: FileBlock): JsonObject | null {
  const kind = asString(raw?.['type'])
  if (!raw || wire !== WIRE || kind === undefined || !(kind in raw)) return null
  const said = asObject(raw[kind])
  return { ...raw, [kind]: said ? { ...said, url } : url }
}

/** Up to here the prompt is worth caching: in Anthropic's words where they are understood. */
function cacheFields(block: TextBlock, { cacheControl: takes }: Quirks): JsonObject {
  if (!takes) return breakpointOf(block)
  return block.cacheControl ? { cache_control: block.cacheControl } : {}
}

/** Source: OpenAI API reference, content parts `image_url`, `input_audio` and `file`. */
function encodeFile(file: FileBlock): JsonObject {
  const { url, fileId, mimeType, filename, detail } = file
  const own = asItWas(file)
  if (own) return own
  if (fileId !== undefined) return { type: 'file', file: { file_id: fileId } }
  const { type: inUrl, data } = splitDataUrl(url)
  const mime = inUrl ?? mimeType ?? ''
  const format = /^audio\/(?:x-)?(\w+)/.exec(mime)?.[1]
  if (format !== undefined && data !== undefined) {
    const audio = { data, format: format === 'mpeg' ? 'mp3' : format }
    return { type: 'input_audio', input_audio: audio }
  }
  if (mime === '' || mime.startsWith('image/')) {
    return { type: 'image_url', image_url: withoutUndefined({ url, detail }) }
  }
  return { type: 'file', file: { filename: filename ?? 'file', file_data: url } }
}
