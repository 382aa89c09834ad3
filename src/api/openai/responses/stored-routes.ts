import { z } from 'zod'
import { GatewayError } from '../../../domain/errors.ts'
import { jsonRoute, type Route } from '../../../http/route.ts'
import { asString, type JsonObject } from '../../../lib/json.ts'
import type { App } from '../../app.ts'
import { findResponse, itemsBefore } from './history.ts'
import type { StoredResponse } from './stored.ts'

const PATHS = ['/openai/v1/responses/:id', '/v1/responses/:id']
const Anything = z.custom<JsonObject>()

const retrieve = jsonRoute({
  method: 'GET',
  paths: PATHS,
  scope: 'inference',
  summary: 'A response that was given before, as the OpenAI Responses API has it.',
  query: z.object({ stream: z.string().optional() }),
  result: Anything,
  handle: async (app: App, { params, query }) => {
    const { response } = await wanted(app, params)
    if (query.stream !== 'true') return response
    throw new GatewayError(
      'invalid_request',
      'A stored response cannot be streamed: leave out `stream`.',
      { param: 'stream' },
    )
  },
})

const remove = jsonRoute({
  method: 'DELETE',
  paths: PATHS,
  scope: 'inference',
  summary: 'Let a response no longer be found by its id.',
  result: z.object({ id: z.string(), object: z.literal('response'), deleted: z.literal(true) }),
  handle: async (app: App, { params }) => {
    await wanted(app, params)
    const id = idIn(params)
    await app.responses?.forget(id)
    return { id, object: 'response' as const, deleted: true as const }
  },
})

const InputItems = z.object({
  object: z.literal('list'),
  data: z.array(Anything),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
})

const inputItems = jsonRoute({
  method: 'GET',
  paths: PATHS.map((path) => `${path}/input_items`),
  scope: 'inference',
  summary: 'What a response was made from, the turns before it included.',
  query: z.object({
    order: z.enum(['asc', 'desc']).default('desc'),
    limit: z.coerce.number().int().min(1).max(100).default(20),
    after: z.string().optional(),
  }),
  result: InputItems,
  handle: async (app: App, { params, query }) => {
    const stored = await wanted(app, params)
    const items = [...(await itemsBefore(app, stored)), ...stored.input]
    return pageOf(query.order === 'asc' ? items : items.toReversed(), query)
  },
})

export const storedResponses: readonly Route<App>[] = [retrieve, remove, inputItems]

function idIn(params: Record<string, string>): string {
  return params['id'] ?? ''
}

async function wanted(app: App, params: Record<string, string>): Promise<StoredResponse> {
  const stored = await findResponse(app, idIn(params))
  if (stored) return stored
  const why = app.responses
    ? ''
    : ' This gateway keeps none, as `gateway.observability.enabled` is false.'
  throw new GatewayError('not_found', `Response with id '${idIn(params)}' not found.${why}`)
}

function pageOf(
  items: readonly JsonObject[],
  { limit, after }: { limit: number; after?: string | undefined },
): z.infer<typeof InputItems> {
  const start = after === undefined ? 0 : items.findIndex(({ id }) => id === after) + 1
  if (after !== undefined && start === 0) {
    const message = `\`after\`: there is no item with id '${after}'.`
    throw new GatewayError('invalid_request', message, { param: 'after' })
  }
  const data = items.slice(start, start + limit)
  return {
    object: 'list',
    data,
    first_id: asString(data[0]?.['id']) ?? null,
    last_id: asString(data.at(-1)?.['id']) ?? null,
    has_more: start + limit < items.length,
  }
}
