import { z } from 'zod'
import { anthropicMessages } from './anthropic-messages.ts'
import { ollamaChat } from './ollama-chat.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiCompletions, openaiEmbeddings } from './openai-operations.ts'
import { openaiResponses } from './openai-responses.ts'
import type { ChatWire, Provider, Wire } from './provider.ts'

/** A local server; its own API, and OpenAI's beside it under `v1/`. */
export const ollama: Provider = {
  type: 'ollama',
  wires: ({ api }) => ({
    chat: chatWire(api),
    embeddings: { ...openaiEmbeddings, ...under(openaiEmbeddings) },
    completions: { ...openaiCompletions, ...under(openaiCompletions) },
  }),
  quirks: { maxTokens: 'max_tokens', asksForUsage: true },
  auth: { type: 'bearer' },
  fields: z.object({
    model_name: z.string().min(1).describe("The model's name at the server."),
    api: z
      .enum(['native', 'openai', 'responses', 'messages'])
      .default('native')
      .describe(
        'Which of its APIs to call: its own, those like OpenAI’s, or the one like Anthropic’s.',
      ),
    keep_alive: z
      .union([z.string().min(1), z.number()])
      .optional()
      .describe(
        'How long the model stays loaded: `"10m"`, seconds, or -1 for ever. Native API only.',
      ),
  }),
  shorthand: true,
  apiBase: 'http://localhost:11434/',
  url: ({ base, wire, ...target }) => `${rootOf(base)}${wire.path(target)}`,
  credential: 'none',
}

function chatWire(api: unknown): ChatWire {
  const other = OTHERS.get(api)
  return other ? { ...other, ...under(other) } : ollamaChat
}

const OTHERS: ReadonlyMap<unknown, ChatWire> = new Map([
  ['openai', openaiChat],
  ['responses', openaiResponses],
  ['messages', anthropicMessages],
])

function under(wire: Wire): Pick<Wire, 'path'> {
  return { path: (target) => `v1/${wire.path(target)}` }
}

/** People give the address of either API, or of the server. */
function rootOf(base: string): string {
  return base.replace(/(?<=\/)(?:api|v1)\/$/, '')
}
