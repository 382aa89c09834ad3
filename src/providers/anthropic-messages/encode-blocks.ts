import type { Block, FileBlock, Thought, ToolResultBlock } from '../../domain/chat.ts'
import { asObject, asString, type Json, type JsonObject, parseJson } from '../../lib/json.ts'
import type { Leftovers } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
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
      return [withoutUndefined({ type: 'tool_use', id, name, input, cache_control: cacheControl })]
    }
    case 'tool_result':
      return [encodeResult(block, left)]
    case 'file':
      return [encodeFile(block)]
    case 'unknown':
      if (block.wire === undefined || block.wire === WIRE) return [block.data]
      left.add(`a block of another provider (${block.wire})`)
      return []
  }
}

/** Claude refuses empty texts. */
function encodeText({
  text,
  citations = [],
  cacheControl,
}: Extract<Block, { type: 'text' }>): Json[] {
  if (text.trim() === '') return []
  const own = citations.filter(({ wire }) => wire === WIRE).map(({ raw }) => raw)
  const cited = own.length > 0 ? own : undefined
  return [withoutUndefined({ type: 'text', text, citations: cited, cache_control: cacheControl })]
}

/** Only a signed thought is believed; thoughts of others would be refused. */
function encodeThought({ text, signature, data, details = [] }: Thought, left: Leftovers): Json[] {
  const thinking = text ?? details.map((detail) => asString(detail['text']) ?? '').join('')
  if (signature !== undefined) return [{ type: 'thinking', thinking, signature }]
  if (data !== undefined) return [{ type: 'redacted_thinking', data }]
  left.add('earlier reasoning without a signature')
  return []
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
  const [, inUrl, data] = /^data:([^;,]*)[^,]*,(.*)$/s.exec(url) ?? []
  const media = inUrl || mimeType || ''
  const isImage = media.startsWith('image/') || (media === '' && !/\.(pdf|txt)($|\?)/i.test(url))
  const source = sourceOf({ url, fileId, media, data })
  const common = { source, cache_control: cacheControl }
  if (isImage && fileId === undefined) return withoutUndefined({ type: 'image', ...common })
  const type = isImage && media !== '' ? 'image' : 'document'
  return withoutUndefined({ type, title: type === 'image' ? undefined : filename, ...common })
}

function sourceOf(file: {
  url: string
  fileId: string | undefined
  media: string
  data: string | undefined
}): Json {
  const { url, fileId, media, data } = file
  if (fileId !== undefined) return { type: 'file', file_id: fileId }
  if (data === undefined) return { type: 'url', url }
  if (media !== 'text/plain') return { type: 'base64', media_type: media || 'image/png', data }
  const text = Buffer.from(data, 'base64').toString('utf8')
  return { type: 'text', media_type: media, data: text }
}
