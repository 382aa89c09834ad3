import { z } from 'zod'
import type { Route } from '../../http/route.ts'
import {
  checkDatasetName,
  cloneDatapoints,
  createDatapoints,
  createFromInferences,
  type Curator,
  refuse,
} from '../../ops/datasets.ts'
import { renameDatapoints, updateDatapoints } from '../../ops/update-datapoints.ts'
import type { App } from '../app.ts'
import { compact } from '../compact.ts'
import { New, presentDatapoint, readNew, readUpdate, Update } from './datapoint.ts'
import { Filter, Order, readFilter, readOrder } from './filters.ts'
import { ListFields, OutputSource, readPage, readQuery } from './list-request.ts'
import { nativeRoute, storedOf, Uuid } from './native-route.ts'
import { secondsOf } from './stored-inference.ts'

const DATAPOINTS = '/v1/datasets/:dataset/datapoints'

function curatorOf(app: App): Curator {
  return { engine: app.engine, stored: storedOf(app) }
}

function nameOf(params: Record<string, string>): string {
  return params['dataset'] ?? ''
}

const create = nativeRoute({
  method: 'POST',
  path: DATAPOINTS,
  summary: 'Add datapoints to a dataset.',
  body: z.object({ datapoints: z.array(New) }),
  handle: async (app: App, { params, body }) => ({
    ids: await createDatapoints(curatorOf(app), nameOf(params), body.datapoints.map(readNew)),
  }),
})

const update = nativeRoute({
  method: 'PATCH',
  path: DATAPOINTS,
  summary: 'Replace datapoints by changed ones.',
  body: z.object({ datapoints: z.array(Update) }),
  handle: async (app: App, { params, body }) => ({
    ids: await updateDatapoints(curatorOf(app), nameOf(params), body.datapoints.map(readUpdate)),
  }),
})

const Name = z.object({ id: Uuid, name: z.string().nullish() })

const rename = nativeRoute({
  method: 'PATCH',
  path: `${DATAPOINTS}/metadata`,
  summary: 'Rename datapoints.',
  body: z.object({ datapoints: z.array(Name) }),
  handle: async (app: App, { params, body }) => {
    const names = body.datapoints.map(({ id, name }) => ({ id, ...compact({ name }) }))
    return { ids: await renameDatapoints(curatorOf(app), nameOf(params), names) }
  },
})

const fromInferences = nativeRoute({
  method: 'POST',
  path: '/v1/datasets/:dataset/from_inferences',
  summary: 'Make datapoints of stored inferences.',
  body: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('inference_ids'),
      inference_ids: z.array(Uuid),
      output_source: OutputSource.nullish(),
    }),
    z.object({ type: z.literal('inference_query'), ...ListFields }),
  ]),
  handle: async (app: App, { params, body }) => {
    const config = app.engine.config()
    const from =
      body.type === 'inference_ids'
        ? {
            query: { ids: body.inference_ids },
            page: { order: [], limit: body.inference_ids.length },
            source: body.output_source ?? 'inference',
          }
        : {
            query: readQuery(config, body),
            page: readPage(config, body, body.limit ?? ALL),
            source: body.output_source,
          }
    return { ids: await createFromInferences(curatorOf(app), nameOf(params), from) }
  },
})

const ALL = 4_294_967_295
const DEFAULT_LIMIT = 20

const list = nativeRoute({
  method: 'POST',
  path: '/v1/datasets/:dataset/list_datapoints',
  summary: 'Datapoints of a dataset by filters, time and text.',
  body: z.object({
    function_name: z.string().nullish(),
    limit: z.int().min(0).nullish(),
    /** Deprecated. */
    page_size: z.int().min(0).nullish(),
    offset: z.int().min(0).nullish(),
    filter: Filter.nullish(),
    order_by: z.array(Order).nullish(),
    search_query_experimental: z.string().nullish(),
  }),
  handle: async (app: App, { params, body }) => {
    checkDatasetName(nameOf(params))
    const config = app.engine.config()
    const orders = (body.order_by ?? []).map((order) => readOrder(config, order))
    const order = orders.filter((term) => term.by !== 'metric')
    if (order.some(({ by }) => by === 'relevance') && !body.search_query_experimental) {
      throw refuse('OrderBy::SearchRelevance requires search_query_experimental to be provided')
    }
    const query = {
      datasetName: nameOf(params),
      stale: false,
      ...compact({
        functionName: body.function_name ?? undefined,
        filter: body.filter ? readFilter(config, body.filter) : undefined,
        search: body.search_query_experimental ?? undefined,
      }),
    }
    const limit = body.limit ?? body.page_size ?? DEFAULT_LIMIT
    const page = { order, limit, offset: body.offset ?? 0 }
    const datapoints = await storedOf(app).reads.datapoints(query, page)
    return { datapoints: datapoints.map(presentDatapoint) }
  },
})

const Ids = z.object({ ids: z.array(Uuid) })

async function byIds(app: App, ids: readonly string[], datasetName?: string) {
  const query = { ids, stale: true, ...compact({ datasetName }) }
  const page = { order: [], limit: ids.length }
  const datapoints = await storedOf(app).reads.datapoints(query, page)
  return { datapoints: datapoints.map(presentDatapoint) }
}

const get = nativeRoute({
  method: 'POST',
  path: '/v1/datasets/:dataset/get_datapoints',
  summary: 'Datapoints by their ids, stale ones too.',
  body: Ids,
  handle: (app: App, { params, body }) => {
    checkDatasetName(nameOf(params))
    return byIds(app, body.ids, nameOf(params))
  },
})

const getAnywhere = nativeRoute({
  method: 'POST',
  path: '/v1/datasets/get_datapoints',
  summary: 'Datapoints by their ids, of any dataset.',
  body: Ids,
  handle: (app: App, { body }) => byIds(app, body.ids),
})

async function drop(app: App, datasetName: string, ids: readonly string[] | null) {
  checkDatasetName(datasetName)
  const at = app.engine.clock.now()
  const change = { kind: 'delete_datapoints', datasetName, ids, at } as const
  return { num_deleted_datapoints: await storedOf(app).change(change) }
}

const deleteSome = nativeRoute({
  method: 'DELETE',
  path: DATAPOINTS,
  summary: 'Delete datapoints.',
  body: Ids,
  handle: (app: App, { params, body }) => {
    if (body.ids.length === 0) throw refuse('ids must be a non-empty list')
    return drop(app, nameOf(params), body.ids)
  },
})

const deleteAll = nativeRoute({
  method: 'DELETE',
  path: '/v1/datasets/:dataset',
  summary: 'Delete a dataset.',
  handle: (app: App, { params }) => drop(app, nameOf(params), null),
})

const datasets = nativeRoute({
  method: 'GET',
  path: '/internal/datasets',
  summary: 'The datasets there are.',
  query: z.object({
    function_name: z.string().optional(),
    limit: z.coerce.number().int().min(0).optional(),
    offset: z.coerce.number().int().min(0).default(0),
  }),
  handle: async (app: App, { query }) => {
    const { function_name: functionName, limit = ALL, offset } = query
    const found = await storedOf(app).reads.datasets(compact({ functionName }))
    const page = found.slice(offset, offset + limit)
    return {
      datasets: page.map(({ datasetName, count, updatedAt }) => ({
        dataset_name: datasetName,
        datapoint_count: count,
        last_updated: secondsOf(updatedAt),
      })),
    }
  },
})

const count = nativeRoute({
  method: 'GET',
  path: '/internal/datasets/:dataset/datapoints/count',
  summary: 'How many datapoints a dataset has.',
  query: z.object({ function_name: z.string().optional() }),
  handle: async (app: App, { params, query }) => {
    const asked = compact({ datasetName: nameOf(params), functionName: query.function_name })
    const [found] = await storedOf(app).reads.datasets(asked)
    return { datapoint_count: found?.count ?? 0 }
  },
})

const clone = nativeRoute({
  method: 'POST',
  path: '/internal/datasets/:dataset/datapoints/clone',
  summary: 'Copy datapoints into a dataset.',
  body: z.object({ datapoint_ids: z.array(Uuid) }),
  handle: async (app: App, { params, body }) => ({
    datapoint_ids: await cloneDatapoints(curatorOf(app), nameOf(params), body.datapoint_ids),
  }),
})

export const datasetRoutes: readonly Route<App>[] = [
  create,
  update,
  rename,
  fromInferences,
  list,
  get,
  getAnywhere,
  deleteSome,
  deleteAll,
  datasets,
  count,
  clone,
]
