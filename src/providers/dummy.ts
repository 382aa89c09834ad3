import { z } from 'zod'
import { Scenario } from './dummy/scenario.ts'
import { dummyScript } from './dummy/script.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiEmbeddings } from './openai-operations.ts'
import type { Provider } from './provider.ts'

/** A provider that answers from a scenario file, to test what stands behind the gateway. */
export const dummy: Provider = {
  type: 'dummy',
  title: 'Dummy',
  wires: { chat: openaiChat, embeddings: openaiEmbeddings },
  auth: { type: 'bearer' },
  quirks: { asksForUsage: true, reasoningBack: 'reasoning_details', customTools: true },
  fields: z.object({
    model_name: z.string().min(1).describe('A model of the scenario, or a built-in one.'),
    scenario: z
      .string()
      .optional()
      .describe('A TOML or JSON file that says what each model answers (docs/dummy.md).'),
  }),
  files: { scenario: Scenario },
  shorthand: true,
  credential: 'none',
  script: dummyScript,
}
