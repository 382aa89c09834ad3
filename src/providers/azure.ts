import { z } from 'zod'
import { apiTypeField, openaiCompatible } from './openai-compatible.ts'
import {
  audioOperations,
  openaiCompletions,
  openaiEmbeddings,
  openaiImageEdits,
  openaiImages,
} from './openai-operations.ts'
import type { UrlPlace } from './provider.ts'

/** Azure OpenAI. Source: learn.microsoft.com, Azure OpenAI REST API reference. */
export const azure = openaiCompatible({
  type: 'azure',
  title: 'Azure',
  credential: 'env::AZURE_API_KEY',
  auth: { type: 'header', name: 'api-key' },
  fields: {
    model_name: z.string().optional().describe('Not needed: the deployment says it.'),
    deployment_id: z.string().min(1).describe("The deployment's name."),
    endpoint: z
      .string()
      .min(1)
      .describe("The resource's address, or `env::NAME` or `dynamic::NAME` for one."),
    api_type: apiTypeField(['responses', 'messages']),
    api_version: z.string().default('2025-04-01-preview').describe('The version of the API.'),
  },
  wires: {
    embeddings: openaiEmbeddings,
    completions: openaiCompletions,
    images: openaiImages,
    image_edits: openaiImageEdits,
    ...audioOperations,
  },
  quirks: { openaiFields: true },
  locations: ['endpoint'],
  upstreamModel: ({ deployment_id: deployment }) => String(deployment),
  shorthand: false,
  url: address,
})

/** Chat and its like belong to a deployment; Responses, and Claude’s Messages, name it in the body. */
function address(place: UrlPlace): string {
  const { settings, base, options, model, wire } = place
  const origin = (base || settings['endpoint'] || '').replace(/\/+$/, '')
  if (wire.name === 'anthropic_messages') return `${origin}/anthropic/v1/${wire.path(place)}`
  if (wire.name === 'openai_responses') return `${origin}/openai/v1/${wire.path(place)}`
  const deployment = `${origin}/openai/deployments/${encodeURIComponent(model)}`
  const version = encodeURIComponent(String(options['api_version']))
  return `${deployment}/${wire.path(place)}?api-version=${version}`
}
