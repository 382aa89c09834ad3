import type { Block } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'
import { decodeInput } from './input.ts'

/**
 * A block as it is stored: what of a template was never rendered is shown as text. Throws
 * `GatewayError` for blocks that are not known.
 */
export function decodeStored(block: JsonObject, role: 'user' | 'assistant'): Block {
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
