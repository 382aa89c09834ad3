import { z } from 'zod'
import { anthropicMessages } from './anthropic-messages.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'
import type { Options, Provider, Quirks, UrlPlace, Wires } from './provider.ts'

/** How a provider of the OpenAI family differs. What it leaves out, it does as OpenAI does. */
interface Differences
  extends
    Pick<Provider, 'type' | 'credential'>,
    Partial<
      Pick<
        Provider,
        | 'title'
        | 'apiBase'
        | 'auth'
        | 'locations'
        | 'upstreamModel'
        | 'url'
        | 'adapt'
        | 'batch'
        | 'quirksElsewhere'
      >
    > {
  readonly quirks?: Quirks
  /** Keys in the configuration beside `model_name`. */
  readonly fields?: Readonly<Record<string, z.ZodType>>
  /** What it offers beside chat. */
  readonly wires?: Wires
  /**
   * The other formats it serves: OpenAI's Responses, Anthropic's Messages. Asked for by `api_type`, or
   * by the short name `type::responses::model`.
   */
  readonly apiTypes?: readonly ApiType[]
  /** Where its Messages are, where not beside the rest. Both end with a slash. */
  readonly messagesBase?: (base: string) => string
  readonly shorthand?: boolean
}

type ApiType = 'responses' | 'messages'

/** The key that says which of its APIs is called. */
export function apiTypeField(types: readonly ApiType[]): z.ZodType {
  const messages = types.includes('messages') ? '; `messages`: Anthropic’s' : ''
  return z
    .enum(['chat_completions', ...types])
    .default('chat_completions')
    .describe(`Which of its APIs to call: OpenAI’s${messages}.`)
}

export function openaiCompatible(differences: Differences): Provider {
  const { quirks, fields, wires, apiTypes, messagesBase, ...rest } = differences
  return {
    auth: { type: 'bearer' },
    shorthand: differences.apiBase !== undefined,
    ...(messagesBase && { url: (place) => addressOf(place, messagesBase) }),
    ...rest,
    wires: (options) => ({ chat: chatWire(options), ...wires }),
    fields: z.object({
      model_name: z.string().min(1).describe("The model's name at the provider."),
      ...(apiTypes && { api_type: apiTypeField(apiTypes) }),
      ...fields,
    }),
    quirks: { asksForUsage: true, ...quirks },
    ...(apiTypes && { shortOptions: (model) => shortOptions(model, apiTypes) }),
  }
}

function chatWire({ api_type: type }: Options): NonNullable<Wires['chat']> {
  if (type === 'messages') return anthropicMessages
  return type === 'responses' ? openaiResponses : openaiChat
}

function addressOf(
  { base, wire, ...target }: UrlPlace,
  messages: (base: string) => string,
): string {
  return (wire.name === 'anthropic_messages' ? messages(base) : base) + wire.path(target)
}

function shortOptions(model: string, types: readonly ApiType[]): Record<string, unknown> {
  const type = types.find((each) => model.startsWith(`${each}::`))
  if (type === undefined) return { model_name: model }
  return { model_name: model.slice(type.length + 2), api_type: type }
}
