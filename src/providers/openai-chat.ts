import { encodeChat } from './openai-chat/encode.ts'
import { readError } from './openai-chat/errors.ts'
import { ChatDecoder, readCompletion } from './openai-chat/read.ts'
import type { Wire } from './provider.ts'

/**
 * OpenAI's chat completions, the format most providers speak.
 * Source: OpenAI API reference, "Create chat completion" and "Streaming".
 */
export const openaiChat: Wire = {
  name: 'openai_chat',
  path: 'chat/completions',
  encode: encodeChat,
  parts: (body) => readCompletion(body),
  decoder: () => new ChatDecoder(),
  error: readError,
}
