import type { Block, FileBlock } from '../../domain/chat.ts'
import { asObject, asString, type JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { decodeInput } from './input.ts'

/**
 * A block as it is stored: what of a template was never rendered is shown as text. Throws
 * `GatewayError` for blocks that are not known.
 */
export function decodeStored(block: JsonObject, role: 'user' | 'assistant'): Block {
  const place = asObject(block['storage_path'])
  if (place) return storedFile(block, place)
  const { messages } = decodeInput({ messages: [{ role, content: [block] }] })
  const decoded = messages[0]?.content[0] ?? { type: 'unknown', data: block }
  switch (decoded.type) {
    case 'template':
      return { type: 'text', text: JSON.stringify(decoded.arguments) }
    case 'raw_text':
      return { type: 'text', text: decoded.value }
    default:
      return decoded
  }
}

/** A file that is kept elsewhere. */
function storedFile(block: JsonObject, place: JsonObject): FileBlock {
  return {
    type: 'file',
    url: asString(block['source_url']) ?? asString(block['url']) ?? '',
    storagePath: { kind: asObject(place['kind']) ?? {}, path: asString(place['path']) ?? '' },
    ...compact({
      mimeType: asString(block['mime_type']),
      filename: asString(block['filename']),
      detail: asString(block['detail']),
    }),
  }
}
