import type { ChatRequest } from '../domain/chat.ts'
import type { JsonObject } from '../lib/json.ts'
import { decodeChat } from './openai/decode.ts'

const DIALECTS: Readonly<Record<string, (body: JsonObject) => ChatRequest>> = {
  'openai.chat': decodeChat,
}

const NOTHING: ChatRequest = { messages: [], tools: [], params: {}, extra: {} }

/** A recorded body, read as its dialect reads it. Total, for the store's thread. */
export function decodeDialect(dialect: string, body: JsonObject): ChatRequest {
  return DIALECTS[dialect]?.(body) ?? NOTHING
}
