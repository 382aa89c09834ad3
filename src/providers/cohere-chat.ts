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
  error: readError,
}
