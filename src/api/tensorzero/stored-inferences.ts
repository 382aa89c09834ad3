import { z } from 'zod'
import type { Route } from '../../http/route.ts'
import type { App } from '../app.ts'
import { findEach } from '../../ops/find-inferences.ts'
import {
  checkFunction,
  ListFields,
  OutputSource,
  QueryFields,
  readPage,
  readQuery,
} from './list-request.ts'
import { nativeRoute, storedOf, Uuid } from './native-route.ts'
import { presentInference } from './stored-inference.ts'

const DEFAULT_LIMIT = 20

const list = nativeRoute({
  method: 'POST',
  path: '/v1/inferences/list_inferences',
  summary: 'Stored inferences by function, filters, time and text.',
  body: z.object(ListFields),
  handle: async (app: App, { body }) => {
    const config = app.engine.config()
    const page = readPage(config, body, body.limit ?? DEFAULT_LIMIT)
    const source = body.output_source
    const query = { ...readQuery(config, body), demonstrated: source === 'demonstration' }
    const inferences = await findEach(storedOf(app), query, page)
    return { inferences: inferences.map((found) => presentInference(found, source)) }
  },
})

const get = nativeRoute({
  method: 'POST',
  path: '/v1/inferences/get_inferences',
  summary: 'Stored inferences by their ids.',
  body: z.object({
    ids: z.array(Uuid),
    function_name: z.string().nullish(),
    output_source: OutputSource.default('inference'),
  }),
  handle: async (app: App, { body }) => {
    const { ids, function_name: functionName, output_source: source } = body
    if (functionName) checkFunction(app.engine.config(), functionName)
    const query = {
      ids,
      demonstrated: source === 'demonstration',
      ...(functionName && { functionName }),
    }
    const inferences = await findEach(storedOf(app), query, { order: [], limit: ids.length })
    return { inferences: inferences.map((found) => presentInference(found, source)) }
  },
})

const count = nativeRoute({
  method: 'POST',
  path: '/internal/inferences/count',
  summary: 'How many stored inferences there are of that kind.',
  body: z.object(QueryFields),
  handle: async (app: App, { body }) => ({
    count: await storedOf(app).reads.countInferences(readQuery(app.engine.config(), body)),
  }),
})

export const storedInferences: readonly Route<App>[] = [list, get, count]
