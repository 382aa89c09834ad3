import { z } from 'zod'
import { asArray, type JsonObject, objectsIn } from '../lib/json.ts'
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages.ts'
import type { Provider, WireTarget } from './provider.ts'

export const PROVIDER_TOOLS = z
  .array(z.record(z.string(), z.json()))
  .default([])
  .describe('Tools that the provider runs itself, in its own words.')

/** Anthropic. Source: Claude API reference. */
export const anthropic: Provider = {
  type: 'anthropic',
  title: 'Anthropic',
  wires: { chat: anthropicMessages, count_tokens: anthropicCountTokens },
  quirks: {},
  auth: { type: 'header', name: 'x-api-key' },
  fields: z.object({
    model_name: z.string().min(1).describe("The model's name at the provider."),
    provider_tools: PROVIDER_TOOLS,
    beta_structured_outputs: z.boolean().optional().describe('Accepted, without effect.'),
  }),
  shorthand: true,
  apiBase: 'https://api.anthropic.com/v1/',
  credential: 'env::ANTHROPIC_API_KEY',
  headers: { 'anthropic-version': '2023-06-01' },
  adapt: withProviderTools,
}

/** The configuration's own server tools, after those of the request. */
export function withProviderTools(body: JsonObject, { options }: WireTarget): JsonObject {
  const own = objectsIn(options['provider_tools'])
  return own.length === 0 ? body : { ...body, tools: [...asArray(body['tools']), ...own] }
}
