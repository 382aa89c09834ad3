import type { Block, ChatParams, ChatRequest, JsonObject, UnknownBlock } from '../domain/chat.ts'
import { asString, type Json } from '../lib/json.ts'

/** Thoughts that a provider is not told: others' own, and those that only their maker can read. */
export const FOREIGN_THOUGHT = 'earlier reasoning of another provider'
export const SEALED_THOUGHT = 'earlier reasoning that is encrypted'

type Asked = Pick<ChatRequest, 'extra'> & Partial<Pick<ChatRequest, 'tools'>>

/** What a wire has no words for, each once, in words for the client. */
export class Leftovers {
  readonly #words = new Set<string>()

  add(what: string): void {
    this.#words.add(what)
  }

  get words(): readonly string[] {
    return [...this.#words]
  }

  /** A block without a noun as it was, where it is this wire's or nobody's; else it is named. */
  unknown(block: UnknownBlock, wire: string): Json[] {
    if (block.wire === undefined || block.wire === wire) return [block.data]
    this.foreign(block, wire)
    return []
  }

  /** Names a block without a noun that is not this wire's, where none can be said. */
  foreign(block: Block, wire: string): void {
    if (block.type !== 'unknown' || block.wire === wire) return
    this.add(`a block of another provider (${block.wire ?? 'unknown'})`)
  }

  /** Names every field of the client's own wire but those that are `understood`. */
  fields({ extra, tools = [] }: Asked, understood: ReadonlySet<string>): void {
    for (const key of Object.keys(extra)) if (!understood.has(key)) this.add(`\`${key}\``)
    for (const { raw = {} } of tools) {
      for (const key of Object.keys(raw)) this.add(`\`${key}\` of a \`tool\``)
    }
  }

  /** Names those of the parameters that were given, by the names clients know. */
  params(params: ChatParams, cannot: readonly (keyof ChatParams)[]): void {
    for (const key of cannot) if (params[key] !== undefined) this.add(`\`${PARAM_NAMES[key]}\``)
  }
}

/** The client's own fields, where its wire is this one; else they are named. */
export function ownExtra(chat: ChatRequest, wire: string, leftovers: Leftovers): JsonObject {
  if (chat.wire === wire) return chat.extra
  leftovers.fields(chat, UNDERSTOOD)
  return {}
}

/** What OpenAI's two formats of conversations call alike. */
const ALIKE = new Set([
  'metadata',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'store',
  'web_search_options',
])

/** The client's own fields, where its wire is this one or OpenAI's other has the same words. */
export function openaiExtra(chat: ChatRequest, wire: string, leftovers: Leftovers): JsonObject {
  const twin = chat.wire === 'openai_chat' || chat.wire === 'openai_responses'
  if (!twin || chat.wire === wire) return ownExtra(chat, wire, leftovers)
  leftovers.fields(chat, new Set([...UNDERSTOOD, ...ALIKE]))
  return Object.fromEntries(Object.entries(chat.extra).filter(([name]) => ALIKE.has(name)))
}

/** A stream's usage needs no asking at wires that have no such option. */
const UNDERSTOOD = new Set(['stream_options'])

const PARAM_NAMES: Readonly<Record<keyof ChatParams, string>> = {
  maxTokens: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop',
  seed: 'seed',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  reasoning: 'reasoning_effort',
  toolChoice: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  responseFormat: 'response_format',
  serviceTier: 'service_tier',
  verbosity: 'verbosity',
  user: 'user',
  n: 'n',
  logprobs: 'logprobs',
  topLogprobs: 'top_logprobs',
}

/** What a provider's own tool is called. */
export function nameOfTool(data: JsonObject, otherwise: string): string {
  return asString(data['type']) ?? asString(data['name']) ?? otherwise
}
