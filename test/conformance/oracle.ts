import type { Facts } from './facts.ts'
import { readChat } from './oracle/chat.ts'
import type { Event } from './oracle/common.ts'
import { readConverse } from './oracle/converse.ts'
import { readGemini } from './oracle/gemini.ts'
import { readMessages } from './oracle/messages.ts'
import { readCohere, readOllama } from './oracle/others.ts'
import { readResponses } from './oracle/responses.ts'

/** What answers in each format say, read by nobody's code but this, from the vendors' documents. */
export const ORACLES: Readonly<Record<string, (events: readonly Event[]) => Facts>> = {
  chat: readChat,
  responses: readResponses,
  messages: readMessages,
  invoke: readMessages,
  gemini: readGemini,
  converse: readConverse,
  ollama_chat: readOllama,
  cohere_chat: readCohere,
}
