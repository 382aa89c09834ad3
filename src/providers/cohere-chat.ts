import { asObject } from '../lib/json.ts'
import { CohereDecoder } from './cohere-chat/decoder.ts'
import { encodeChat } from './cohere-chat/encode.ts'
import { readChat } from './cohere-chat/read.ts'
import { readError } from './openai-chat/errors.ts'
import type { ChatWire } from './provider.ts'

/**
 * Cohere's chat format, version 2.
 * Source: Cohere API reference, "Chat" and "Chat with Streaming".
 */
export const cohereChat: ChatWire = {
  name: 'cohere_chat',
  path: () => 'chat',
  namesModel: true,
  endMarks: ['data: [DONE]', 'data:[DONE]'],
  encode: encodeChat,
  parts: readChat,
  decoder: () => new CohereDecoder(),
  // An answer tells of its failure by how it ended.
  error: (body) => (asObject(body)?.['finish_reason'] === undefined ? readError(body) : null),
}
