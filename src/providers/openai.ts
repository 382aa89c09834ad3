import { z } from 'zod'
import { asArray, type JsonObject, objectsIn } from '../lib/json.ts'
import { openaiBatches } from './openai-batches.ts'
import { openaiCompatible } from './openai-compatible.ts'
import { FILE_PIECES, withFilesAs } from './openai-files.ts'
import { openaiOperations } from './openai-operations.ts'
import { openaiCountTokens } from './openai-responses.ts'
import type { WireTarget } from './provider.ts'

/** OpenAI itself, and with `api_base` any server that speaks its API. */
export const openai = openaiCompatible({
  type: 'openai',
  title: 'OpenAI',
  apiBase: 'https://api.openai.com/v1/',
  credential: 'env::OPENAI_API_KEY',
  apiTypes: ['responses'],
  wires: { ...openaiOperations, count_tokens: openaiCountTokens },
  fields: {
    include_encrypted_reasoning: z
      .boolean()
      .default(false)
      .describe('Of Responses: ask for the reasoning, encrypted, to bring it back later.'),
    provider_tools: z
      .array(z.record(z.string(), z.json()))
      .default([])
      .describe('Of Responses: tools that OpenAI runs itself, in its own words.'),
    content_type_overrides: z
      .record(z.string(), z.enum(FILE_PIECES))
      .default({})
      .describe('How files of a type are sent, where the usual way is wrong.'),
  },
  quirks: {
    allowedTools: true,
    customTools: true,
    openaiFields: true,
    lacks: ['top_k'],
  },
  // OpenAI refuses what it does not know; Google serves its API too.
  quirksElsewhere: { signatures: true },
  adapt: inItsWords,
  batch: openaiBatches,
})

/**
 * Files as the configuration wants them; of Responses alone, its own tools and the wish for
 * encrypted reasoning.
 */
function inItsWords(body: JsonObject, { options }: WireTarget): JsonObject {
  if (options['api_type'] !== 'responses') return withFilesAs(body, overridesIn(options))
  const tools = objectsIn(asArray(body['tools']))
  const own = objectsIn(options['provider_tools'])
  const include = asArray(body['include'])
  const encrypted = options['include_encrypted_reasoning'] === true && !include.includes(ENCRYPTED)
  if (own.length === 0 && !encrypted) return body
  return {
    ...body,
    ...(own.length > 0 && { tools: [...tools, ...own] }),
    ...(encrypted && { include: [...include, ENCRYPTED] }),
  }
}

function overridesIn(options: WireTarget['options']): Parameters<typeof withFilesAs>[1] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked by the schema above
  return (options['content_type_overrides'] ?? {}) as Parameters<typeof withFilesAs>[1]
}

const ENCRYPTED = 'reasoning.encrypted_content'
