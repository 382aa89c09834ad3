import { z } from 'zod'
import { demoScript } from './demo/script.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiEmbeddings } from './openai-operations.ts'
import type { Provider } from './provider.ts'

/** Models inside the gateway, for a first look and for tests: no key, no network, no surprises. */
export const demo: Provider = {
  type: 'demo',
  models: ['echo', 'think', 'tools', 'json', 'flaky'],
  wires: { chat: openaiChat, embeddings: openaiEmbeddings },
  auth: { type: 'bearer' },
  quirks: { asksForUsage: true },
  fields: z.object({
    model_name: z
      .string()
      .min(1)
      .describe(
        '`echo`, `think`, `tools`, `json` or `flaky`, with options as in `flaky?fail=0.3`.',
      ),
  }),
  shorthand: true,
  credential: 'none',
  script: demoScript,
}
