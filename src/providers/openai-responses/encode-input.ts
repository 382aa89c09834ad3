import { isDeepStrictEqual } from 'node:util'
import type {
  Block,
  FileBlock,
  Message,
  Thought,
  ToolCallBlock,
  ToolResultBlock,
} from '../../domain/chat.ts'
import { fieldsFor } from '../../domain/own-fields.ts'
import { splitDataUrl } from '../../lib/data-url.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { FOREIGN_THOUGHT, type Leftovers } from '../leftovers.ts'
import { breakpointOf, withoutUndefined } from '../openai-chat/fields.ts'
import { WIRE } from './read.ts'

/** A conversation as items: messages, calls, their results and thoughts stand side by side. */
export function encodeInput(
  messages: readonly Message[],
  left: Leftovers,
  signed: Signed = {},
): Json[] {
  const blocks = messages.flatMap(({ content }) => content)
  const called = new Map(
    blocks.flatMap((block) => (block.type === 'tool_call' ? [[block.id, block] as const] : [])),
  )
  return messages.flatMap((message) => encodeMessage(message, { called, ...signed }, left))
}

/** Whose signatures the provider takes back. */
interface Signed {
  readonly thoughts?: boolean
  readonly calls?: boolean
}

interface Known extends Signed {
  /** By their ids: results of custom tools are items of another kind, and those of programs go to them. */
  readonly called: ReadonlyMap<string, ToolCallBlock>
}

function encodeMessage({ role, content }: Message, known: Known, left: Leftovers): Json[] {
  const items: Json[] = []
  let pieces: Json[] = []
  let own: JsonObject = {}
  const close = () => {
    if (pieces.length > 0) items.push({ type: 'message', role, content: pieces, ...own })
    pieces = []
    own = {}
  }
  for (const block of content) {
    const piece = encodePiece(block, role)
    if (piece) {
      const said = block.type === 'text' ? fieldsFor(block, WIRE) : own
      if (!isDeepStrictEqual(said, own)) close()
      own = said
      pieces.push(piece)
      continue
    }
    close()
    items.push(...encodeItem(block, known, left))
  }
  close()
  return items
}

/** What is part of a message; null for what is an item of its own. */
function encodePiece(block: Block, role: Message['role']): Json | null {
  const said = role === 'assistant'
  switch (block.type) {
    case 'text':
      return said
        ? { type: 'output_text', text: block.text, annotations: ownAnnotations(block) }
        : { type: 'input_text', text: block.text, ...breakpointOf(block) }
    case 'refusal':
      return said
        ? { type: 'refusal', refusal: block.text }
        : { type: 'input_text', text: block.text }
    case 'file':
      return said ? null : { ...encodeFile(block), ...breakpointOf(block) }
    default:
      return null
  }
}

function ownAnnotations({ citations = [] }: Extract<Block, { type: 'text' }>): Json[] {
  return citations.flatMap(({ wire, raw, url, title, startIndex, endIndex }): Json[] => {
    if (wire === WIRE) return [raw]
    if (url === undefined || startIndex === undefined || endIndex === undefined) return []
    const place = { start_index: startIndex, end_index: endIndex }
    return [{ type: 'url_citation', url, title: title ?? '', ...place }]
  })
}

function encodeItem(block: Block, known: Known, left: Leftovers): Json[] {
  switch (block.type) {
    case 'thought':
      return encodeThought(block, known, left)
    case 'tool_call':
      return [encodeCall(block, known)]
    case 'tool_result':
      return [encodeResult(block, known, left)]
    case 'unknown':
      return left.unknown(block, WIRE)
    case 'file': {
      const { raw, wire, url } = block
      if (raw && wire === WIRE) return [{ ...raw, result: url.slice(url.indexOf(',') + 1) }]
      left.add('a file in a message of the assistant')
      return []
    }
    case 'text':
    case 'refusal':
      return []
  }
}

function encodeCall(block: ToolCallBlock, known: Known): Json {
  const { id, name, arguments: text, custom, signature } = block
  const own = fieldsFor(block, WIRE)
  if (custom) return { type: 'custom_tool_call', call_id: id, name, input: text, ...own }
  const call = { type: 'function_call', call_id: id, name, arguments: text || '{}', ...own }
  return known.calls && signature ? { ...call, thought_signature: signature } : call
}

function encodeResult(block: ToolResultBlock, known: Known, left: Leftovers): Json {
  const files = block.content?.some(({ type }) => type === 'file')
  const pieces = block.content?.flatMap((piece) => encodePiece(piece, 'user') ?? [])
  const output = files && pieces ? pieces : block.result
  for (const piece of block.content ?? []) left.foreign(piece, WIRE)
  const call = known.called.get(block.id)
  const type = call?.custom ? 'custom_tool_call_output' : 'function_call_output'
  const { caller } = fieldsFor(call ?? {}, WIRE)
  return withoutUndefined({ type, call_id: block.id, output, caller })
}

/** Only reasoning that OpenAI gave away encrypted, or has kept itself, can go back. */
function encodeThought(thought: Thought, known: Known, left: Leftovers): Json[] {
  const { id, text, summary = [] } = thought
  const secret = secretOf(thought, known)
  const open = id !== undefined && thought.signature === undefined && text
  if (!secret && !open) {
    left.add(FOREIGN_THOUGHT)
    return []
  }
  // Beside what is encrypted the words are a summary, whatever the client's dialect calls them.
  const encrypted = secret?.encrypted_content !== undefined
  const words = encrypted && summary.length === 0 && text ? [text] : summary
  const item = {
    type: 'reasoning',
    id,
    summary: words.map((paragraph) => ({ type: 'summary_text', text: paragraph })),
    content: !encrypted && text ? [{ type: 'reasoning_text', text }] : undefined,
    ...secret,
  }
  return [withoutUndefined(item)]
}

interface Secret {
  readonly encrypted_content?: string
  readonly signature?: string
  readonly format?: string
}

/** What only the maker can read, in the field where it was; null where this provider takes none. */
function secretOf({ data, signature, format }: Thought, { thoughts: signs }: Known): Secret | null {
  const encrypted = data ?? (signature?.startsWith(FERNET) ? signature : undefined)
  if (encrypted !== undefined) return { encrypted_content: encrypted }
  if (!signs || signature === undefined) return null
  return { signature, ...(format !== undefined && { format }) }
}

/** How OpenAI's encrypted reasoning begins: a dialect may have had no other place for it. */
const FERNET = 'gAAAA'

/** Source: OpenAI API reference, `input_image`, `input_file`, `input_audio`. */
function encodeFile({ url, fileId, mimeType, filename, detail }: FileBlock): JsonObject {
  const { type: inUrl, data } = splitDataUrl(url)
  const mime = inUrl ?? mimeType ?? ''
  const isImage = mime === '' || mime.startsWith('image/')
  if (fileId !== undefined && !mime.startsWith('image/')) {
    return { type: 'input_file', file_id: fileId }
  }
  if (isImage) {
    const image = fileId === undefined ? { image_url: url } : { file_id: fileId }
    return { type: 'input_image', detail: detail ?? 'auto', ...image }
  }
  const sound = /^audio\/(?:x-)?(\w+)/.exec(mime)?.[1]
  if (sound !== undefined && data !== undefined) {
    const audio = { data, format: sound === 'mpeg' ? 'mp3' : sound }
    return { type: 'input_audio', input_audio: audio }
  }
  if (data === undefined) return { type: 'input_file', file_url: url }
  return { type: 'input_file', filename: filename ?? 'file', file_data: url }
}
