import { encodeChat } from './ollama-chat/encode.ts'
import { OllamaDecoder, readChat } from './ollama-chat/read.ts'
import { readError } from './openai-chat/errors.ts'
import type { ChatWire } from './provider.ts'

/**
 * Ollama's own chat format: lines of JSON, of which the last says `done`.
 * Source: Ollama API documentation, "Generate a chat completion".
 */
export const ollamaChat: ChatWire = {
  name: 'ollama_chat',
  path: () => 'api/chat',
  namesModel: true,
  endMarks: [],
  encode: encodeChat,
  parts: readChat,
  decoder: () => new OllamaDecoder(),
  error: readError,
}
