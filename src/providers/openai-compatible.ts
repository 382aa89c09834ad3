import { z } from 'zod'
import { openaiChat } from './openai-chat.ts'
import type { Provider, Quirks } from './provider.ts'

/** How a provider of the OpenAI family differs. What it leaves out, it does as OpenAI does. */
interface Differences {
  readonly type: string
  readonly credential: string
  readonly apiBase?: string
  readonly quirks?: Quirks
  /** Keys in the configuration beside `model_name`. */
  readonly fields?: Readonly<Record<string, z.ZodType>>
}

export function openaiCompatible({ quirks, fields, ...differences }: Differences): Provider {
  return {
    ...differences,
    wire: openaiChat,
    shorthand: differences.apiBase !== undefined,
    fields: z.object({
      model_name: z.string().min(1).describe("The model's name at the provider."),
      ...fields,
    }),
    quirks: { asksForUsage: true, ...quirks },
  }
}
