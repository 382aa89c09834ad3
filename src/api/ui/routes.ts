import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import { isUuid } from '../../domain/ids.ts'
import { parseLogQuery } from '../../domain/log-query-parser.ts'
import type { LogFilter } from '../../domain/log-query.ts'
import { jsonRoute, type RawRoute, type Route } from '../../http/route.ts'
import type { App } from '../app.ts'
import * as contract from './contract.ts'
import { presentDetail, presentOverview, presentRow } from './present.ts'
import { setup } from './setup.ts'

const Filter = z.object({
  q: z.string().max(2000).default(''),
  from: z.coerce.number().int().optional(),
  to: z.coerce.number().int().optional(),
})

function filterOf({ q, from, to }: z.infer<typeof Filter>): LogFilter {
  const { terms } = parseLogQuery(q).filter
  return { terms, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

const listLogs = jsonRoute({
  method: 'GET',
  paths: ['/internal/ui/logs'],
  scope: 'admin',
  summary: 'A page of the log, newest first.',
  query: Filter.extend({
    before: z.coerce.number().int().optional(),
    limit: z.coerce.number().int().min(1).max(500).default(200),
  }),
  result: contract.LogList,
  handle: async ({ logs }: App, { query }) => {
    const { before, limit } = query
    const page = await logs.list(filterOf(query), { before: before ?? null, limit })
    const next = page.next === null ? null : String(page.next)
    return { rows: page.rows.map(presentRow), next }
  },
})

const countLogs = jsonRoute({
  method: 'GET',
  paths: ['/internal/ui/logs/count'],
  scope: 'admin',
  summary: 'How many rows of the log match.',
  query: Filter,
  result: contract.Count,
  handle: ({ logs }: App, { query }) => logs.count(filterOf(query)),
})

const SPAN_MS = 15 * 60_000

const overview = jsonRoute({
  method: 'GET',
  paths: ['/internal/ui/overview'],
  scope: 'admin',
  summary: 'Counts, costs and latencies over a span of time.',
  query: Filter.extend({ buckets: z.coerce.number().int().min(1).max(500).default(90) }),
  result: contract.Overview,
  handle: async ({ logs, engine }: App, { query }) => {
    const to = query.to ?? engine.clock.now()
    const from = query.from ?? to - SPAN_MS
    const span = { from, to, buckets: query.buckets }
    return presentOverview(await logs.overview({ ...filterOf(query), from, to }, span))
  },
})

const getInference = jsonRoute({
  method: 'GET',
  paths: ['/internal/ui/inferences/:id'],
  scope: 'admin',
  summary: 'One request, whole.',
  result: contract.InferenceDetail,
  handle: async ({ logs }: App, { params }) => {
    const stored = await logs.get(idOf(params))
    if (stored) return presentDetail(stored)
    throw new GatewayError('not_found', 'There is no such inference.')
  },
})

const neighbours = jsonRoute({
  method: 'GET',
  paths: ['/internal/ui/inferences/:id/neighbours'],
  scope: 'admin',
  summary: 'The requests before and after one, in the same query.',
  query: Filter,
  result: contract.Neighbours,
  handle: ({ logs }: App, { params, query }) => logs.neighbours(idOf(params), filterOf(query)),
})

const cancel = jsonRoute({
  method: 'POST',
  paths: ['/internal/ui/inferences/:id/cancel'],
  scope: 'admin',
  summary: 'Stop a running request.',
  result: z.object({ cancelled: z.boolean() }),
  handle: ({ engine, live }: App, { params }) => {
    const id = idOf(params)
    const trace = engine.inFlight.get(id)
    if (!trace) return { cancelled: live.cancelElsewhere(id) }
    trace.ask.gone.cancel(new GatewayError('client_gone', 'Cancelled from the log.'))
    return { cancelled: true }
  },
})

const live: RawRoute<App> = {
  kind: 'raw',
  method: 'GET',
  paths: ['/internal/ui/live'],
  scope: 'admin',
  summary: 'Requests as they go on, as server-sent events.',
  handle: async (app, { method, query, client }) => {
    // Who asks for the head alone would wait for an end.
    if (method === 'HEAD') return client.send(200, { 'content-type': 'text/event-stream' }, '')
    const filter = filterOf(Filter.parse(Object.fromEntries(query)))
    app.live.open(client, filter)
  },
}

const watch = jsonRoute({
  method: 'POST',
  paths: ['/internal/ui/live/watch'],
  scope: 'admin',
  summary: 'Name the running requests whose text a live session wants.',
  body: contract.Watch,
  result: z.object({ watching: z.boolean() }),
  handle: (app: App, { body }) => ({ watching: app.live.watch(body.session, body.ids) }),
})

const getSetup = jsonRoute({
  method: 'GET',
  paths: ['/internal/ui/setup'],
  scope: 'admin',
  summary: 'What a first visitor needs to know.',
  result: contract.Setup,
  handle: (app: App) => setup(app),
})

export const uiRoutes: readonly Route<App>[] = [
  listLogs,
  countLogs,
  overview,
  getInference,
  neighbours,
  cancel,
  live,
  watch,
  getSetup,
]

function idOf(params: Record<string, string>): string {
  const id = params['id'] ?? ''
  if (isUuid(id)) return id
  throw new GatewayError('invalid_request', `\`${id}\` is not an inference id.`)
}
