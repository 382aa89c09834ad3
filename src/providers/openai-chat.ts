import { encodeChat } from './openai-chat/encode.ts'
import { readError } from './openai-chat/errors.ts'
import { ChatDecoder, readCompletion } from './openai-chat/read.ts'
import type { ChatWire } from './provider.ts'

/**
 * OpenAI's chat completions, the format most providers speak.
 * Source: OpenAI API reference, "Create chat completion" and "Streaming".
 */
export const openaiChat: ChatWire = {
  name: 'openai_chat',
  path: () => 'chat/completions',
  namesModel: true,
  usageOption: true,
  endMarks: ['data: [DONE]', 'data:[DONE]'],
  encode: encodeChat,
  parts: (body) => readCompletion(body),
  decoder: () => new ChatDecoder(),
  error: readError,
  // What it said in `base_resp` has to be read.
  glance: { says: '"finish_reason"', beside: '"choices"', never: ['"error"', '"base_resp"'] },
}
