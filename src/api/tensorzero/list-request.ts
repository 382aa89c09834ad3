import { z } from 'zod'
import type { Engine } from '../../engine/engine.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { InferencePage, InferenceQuery } from '../../domain/inference-query.ts'
import { DEFAULT_FUNCTION } from '../../engine/functions/default-function.ts'
import { functionNamed } from '../../engine/functions/function-named.ts'
import { compact } from '../compact.ts'
import { Filter, Order, readFilter, readOrder } from './filters.ts'
import { Uuid } from './native-route.ts'

type Config = ReturnType<Engine['config']>

export const OutputSource = z.enum(['none', 'inference', 'demonstration'])
export type OutputSource = z.infer<typeof OutputSource>

const U32 = z.int().min(0).max(4_294_967_295)

/** What a count may be asked for. */
export const QueryFields = {
  function_name: z.string().nullish(),
  variant_name: z.string().nullish(),
  episode_id: Uuid.nullish(),
  filters: Filter.nullish(),
  /** Deprecated. */
  filter: Filter.nullish(),
  search_query_experimental: z.string().nullish(),
}

/** `POST /v1/inferences/list_inferences`, also to say which inferences become datapoints. */
export const ListFields = {
  ...QueryFields,
  output_source: OutputSource.default('inference'),
  limit: U32.nullish(),
  offset: U32.nullish(),
  before: Uuid.nullish(),
  after: Uuid.nullish(),
  order_by: z.array(Order).nullish(),
}
const ListRequest = z.object(ListFields)
export type ListRequest = z.infer<typeof ListRequest>

const QueryRequest = z.object(QueryFields)
type QueryRequest = z.infer<typeof QueryRequest>

/** Which inferences are meant. Throws `GatewayError` (400) for a metric that is not configured. */
export function readQuery(config: Config, request: QueryRequest): InferenceQuery {
  const filter = request.filters ?? request.filter
  return compact({
    functionName: request.function_name ?? undefined,
    variantName: request.variant_name ?? undefined,
    episodeId: request.episode_id ?? undefined,
    filter: filter ? readFilter(config, filter) : undefined,
    search: request.search_query_experimental ?? undefined,
  })
}

/** The page, checked as TensorZero checks it. Throws `GatewayError` (400, 404). */
export function readPage(config: Config, request: ListRequest, limit: number): InferencePage {
  checkCursors(request)
  if (request.function_name) checkFunction(config, request.function_name)
  const { before, after, offset, order_by: orders } = request
  return {
    order: (orders ?? []).map((order) => readOrder(config, order)),
    limit,
    ...compact({
      before: before ?? undefined,
      after: after ?? undefined,
      offset: offset ?? undefined,
    }),
  }
}

function checkCursors(request: ListRequest): void {
  const { before, after, offset, order_by: orders, search_query_experimental: search } = request
  if (before && after) throw refuse("Cannot specify both 'before' and 'after' parameters")
  const cursor = before ?? after
  if (cursor && offset !== null && offset !== undefined) {
    throw refuse("Cannot use 'offset' with cursor pagination ('before' or 'after')")
  }
  const other = orders?.find(({ by }) => by !== 'timestamp')
  if (cursor && other) {
    const what = other.by === 'metric' ? `metric '${other.name}'` : 'search relevance'
    throw refuse(
      `Cannot order by ${what}; only ordering by timestamp is supported with before/after pagination.`,
    )
  }
  const byRelevance = orders?.some(({ by }) => by === 'search_relevance')
  if (byRelevance && typeof search !== 'string') {
    throw refuse('ORDER BY search_relevance requires search_query_experimental to be provided')
  }
}

/** Throws `GatewayError` (404) for a function that is not configured. */
export function checkFunction(config: Config, name: string): void {
  if (name !== DEFAULT_FUNCTION) functionNamed(config, name, 'function_name')
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
