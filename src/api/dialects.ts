import type { ChatRequest } from '../domain/chat.ts'
import type { JsonObject } from '../lib/json.ts'
import { decodeMessages } from './anthropic/decode.ts'
import { decodeGenerate } from './gemini/decode.ts'
import { decodeChat } from './openai/decode.ts'
import { decodeResponses } from './openai/responses/decode.ts'
import { decodeOperation } from './openai/operations/decode.ts'

const DIALECTS: Readonly<Record<string, (body: JsonObject) => ChatRequest>> = {
  'openai.chat': decodeChat,
  'openai.responses': decodeResponses,
  'openai.count_tokens': decodeResponses,
  'gemini.generate': decodeGenerate,
  'gemini.count_tokens': decodeGenerate,
  'anthropic.messages': decodeMessages,
  'anthropic.count_tokens': decodeMessages,
}

/** A recorded body, read as its dialect reads it. Total, for the store's thread. */
export function decodeDialect(dialect: string, body: JsonObject): ChatRequest {
  return DIALECTS[dialect]?.(body) ?? decodeOperation(dialect, body)
}
