import type { Block, FileBlock } from '../../domain/chat.ts'
import { type JsonObject, objectsIn } from '../../lib/json.ts'
import { type Leftovers, SEALED_THOUGHT } from '../leftovers.ts'

/** Texts among the files of a conversation: Cohere cites them when they come as documents. */
export function documentsIn(blocks: readonly Block[]): JsonObject[] {
  return blocks.flatMap((block) => {
    if (block.type !== 'file') return []
    const text = textOf(block)
    if (text === undefined) return []
    const title = block.filename === undefined ? {} : { title: block.filename }
    return [{ data: { ...title, text } }]
  })
}

/** The pieces of one message's content. */
export function encodePieces(blocks: readonly Block[], leftovers: Leftovers): JsonObject[] {
  return blocks.flatMap((block) => {
    if ('cacheControl' in block && block.cacheControl) leftovers.add('`cache_control`')
    return encodePiece(block, leftovers)
  })
}

function encodePiece(block: Block, leftovers: Leftovers): JsonObject[] {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return [{ type: 'text', text: block.text }]
    case 'thought':
      if (block.text) return [{ type: 'thinking', thinking: block.text }]
      leftovers.add(SEALED_THOUGHT)
      return []
    case 'file':
      return encodeFile(block, leftovers)
    case 'unknown':
      return objectsIn(leftovers.unknown(block, 'cohere_chat'))
    case 'tool_call':
    case 'tool_result':
      return []
  }
}

function encodeFile(block: FileBlock, leftovers: Leftovers): JsonObject[] {
  const { url, detail, mimeType, filename, fileId } = block
  if (textOf(block) !== undefined) return []
  const isImage = mimeType === undefined || mimeType.startsWith('image/')
  const taken = url.startsWith('data:') ? /^data:image\//i.test(url) : url !== '' && isImage
  if (taken) {
    const image = { url, ...(detail !== undefined && { detail }) }
    return [{ type: 'image_url', image_url: image }]
  }
  const name = filename ?? fileId
  leftovers.add(name === undefined ? 'a file that is no image or text' : `the file \`${name}\``)
  return []
}

/** The text of a file that is one. */
function textOf({ url }: FileBlock): string | undefined {
  const [, base64, data] = /^data:text\/[^,]*?(;base64)?,(.*)$/is.exec(url) ?? []
  if (data === undefined) return undefined
  return base64 === undefined ? unescaped(data) : Buffer.from(data, 'base64').toString('utf8')
}

/** Bytes written as `%41` become themselves; a lone `%` stays. */
function unescaped(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  const plain = bytes.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(plain, 'latin1').toString('utf8')
}
