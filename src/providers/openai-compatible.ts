import { z } from 'zod'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'
import type { Options, Provider, Quirks, Wires } from './provider.ts'

/** How a provider of the OpenAI family differs. What it leaves out, it does as OpenAI does. */
interface Differences
  extends
    Pick<Provider, 'type' | 'credential'>,
    Partial<Pick<Provider, 'apiBase' | 'auth' | 'locations' | 'upstreamModel' | 'url' | 'adapt'>> {
  readonly quirks?: Quirks
  /** Keys in the configuration beside `model_name`. */
  readonly fields?: Readonly<Record<string, z.ZodType>>
  /** What it offers beside chat. */
  readonly wires?: Wires
  /** Serves OpenAI's Responses too: `api_type = "responses"`, or the short name `type::responses::model`. */
  readonly apiTypes?: true
  readonly shorthand?: boolean
}

const API_TYPE = z
  .enum(['chat_completions', 'responses'])
  .default('chat_completions')
  .describe('Which of the two OpenAI APIs to call.')

export function openaiCompatible(differences: Differences): Provider {
  const { quirks, fields, wires, apiTypes, ...rest } = differences
  return {
    auth: { type: 'bearer' },
    shorthand: differences.apiBase !== undefined,
    ...rest,
    wires: (options) => ({ chat: chatWire(options), ...wires }),
    fields: z.object({
      model_name: z.string().min(1).describe("The model's name at the provider."),
      ...(apiTypes && { api_type: API_TYPE }),
      ...fields,
    }),
    quirks: { asksForUsage: true, ...quirks },
    ...(apiTypes && { shortOptions }),
  }
}

function chatWire({ api_type: type }: Options): NonNullable<Wires['chat']> {
  return type === 'responses' ? openaiResponses : openaiChat
}

const RESPONSES = 'responses::'

function shortOptions(model: string): Record<string, unknown> {
  if (!model.startsWith(RESPONSES)) return { model_name: model }
  return { model_name: model.slice(RESPONSES.length), api_type: 'responses' }
}
