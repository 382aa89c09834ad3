import type { Block, FileBlock, Thought, ToolResultBlock } from '../../domain/chat.ts'
import { fieldsFor } from '../../domain/own-fields.ts'
import { asObject, asString, type Json, type JsonObject, parseJson } from '../../lib/json.ts'
import { unescapedText } from '../../lib/data-url.ts'
import type { Leftovers } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import { isForeign } from './own-thoughts.ts'
import { WIRE } from './read.ts'

/** A piece of a message as a content block; none where this wire has no such thing. */
export function encodeBlock(block: Block, left: Leftovers): Json[] {
  switch (block.type) {
    case 'text':
      return encodeText(block)
    case 'refusal':
      return block.text === '' ? [] : [{ type: 'text', text: block.text }]
    case 'thought':
      return encodeThought(block, left)
    case 'tool_call': {
      const { id, name, cacheControl } = block
      const input = block.custom ? { input: block.arguments } : inputOf(block.arguments, left)
      const use = { type: 'tool_use', id, name, input, ...fieldsFor(block, WIRE) }
      return [withoutUndefined({ ...use, cache_control: cacheControl })]
    }
    case 'tool_result':
      return [encodeResult(block, left)]
    case 'file':
      return [encodeFile(block)]
    case 'unknown':
      return left.unknown(block, WIRE)
  }
}

/** Claude refuses empty texts. */
function encodeText({
  text,
  citations = [],
  cacheControl,
}: Extract<Block, { type: 'text' }>): Json[] {
  if (text.trim() === '') return []
  // A page cited by another provider has no such index: our own answers leave it empty.
  const own = citations
    .filter(({ wire, raw }) => wire === WIRE && raw['encrypted_index'] !== '')
    .map(({ raw }) => raw)
  const cited = own.length > 0 ? own : undefined
  return [withoutUndefined({ type: 'text', text, citations: cited, cache_control: cacheControl })]
}

/** Only a thought of Claude's own, signed by it, is believed; others would be refused. */
function encodeThought(thought: Thought, left: Leftovers): Json[] {
  const { text, details = [] } = thought
  const foreign = isForeign(thought)
  const pieces = foreign ? [] : details.flatMap(encodeDetail)
  if (pieces.length > 0) return pieces
  const { signature = '', data = '' } = foreign ? {} : thought
  if (signature !== '') return [{ type: 'thinking', thinking: text ?? '', signature }]
  if (data !== '') return [{ type: 'redacted_thinking', data }]
  left.add("earlier reasoning without Claude's signature")
  return []
}

/** One of OpenRouter's `reasoning_details`: there may be several thoughts, each with its signature. */
function encodeDetail({ text, signature, data }: JsonObject): Json[] {
  if (typeof signature === 'string' && signature !== '') {
    return [{ type: 'thinking', thinking: asString(text) ?? '', signature }]
  }
  return typeof data === 'string' && data !== '' ? [{ type: 'redacted_thinking', data }] : []
}

function inputOf(text: string, left: Leftovers): JsonObject {
  const input = asObject(parseJson(text))
  if (!input && text.trim() !== '') left.add('arguments of a tool call that are no JSON object')
  return input ?? {}
}

function encodeResult(block: ToolResultBlock, left: Leftovers): Json {
  const { id, result, content, isError, cacheControl } = block
  const pieces = content?.flatMap((piece) => encodeBlock(piece, left))
  return withoutUndefined({
    type: 'tool_result',
    tool_use_id: id,
    content: pieces ?? result,
    is_error: isError,
    cache_control: cacheControl,
  })
}

/** Source: Claude docs, "Vision", "PDF support", "Files API". */
function encodeFile({ url, fileId, mimeType, filename, cacheControl }: FileBlock): Json {
  const inline = readDataUrl(url)
  const media = inline?.media || mimeType || ''
  const source = sourceOf({ url, fileId, media, data: inline?.data })
  const type = isImage(url, fileId, media) ? 'image' : 'document'
  const title = type === 'document' ? filename : undefined
  return withoutUndefined({ type, title, source, cache_control: cacheControl })
}

/** Where nobody says of what kind a file is, an address is most often that of an image. */
function isImage(url: string, fileId: string | undefined, media: string): boolean {
  if (media !== '') return media.startsWith('image/')
  return fileId === undefined && !/\.(pdf|txt)($|[?#])/i.test(url)
}

function readDataUrl(url: string): { media: string; data: string } | null {
  const [, media = '', settings = '', data = ''] = /^data:([^;,]*)([^,]*),(.*)$/s.exec(url) ?? []
  if (!url.startsWith('data:')) return null
  if (settings.endsWith(';base64')) return { media, data }
  return { media: media || 'text/plain', data: unescapedText(data).toString('base64') }
}

/** Texts of every kind (CSV, Markdown, code) go as plain text: Claude knows no other. */
const TEXT = /^text\/|^application\/(json|xml|yaml|x-yaml|javascript|toml|sql)$/

function sourceOf(file: {
  url: string
  fileId: string | undefined
  media: string
  data: string | undefined
}): Json {
  const { url, fileId, media, data } = file
  if (fileId !== undefined) return { type: 'file', file_id: fileId }
  if (data === undefined) return { type: 'url', url }
  if (!TEXT.test(media)) return { type: 'base64', media_type: media || 'image/png', data }
  const text = Buffer.from(data, 'base64').toString('utf8')
  return { type: 'text', media_type: 'text/plain', data: text }
}
