import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../domain/errors.ts'
import { Client } from './client.ts'
import { decompress, tooLarge } from './decompress.ts'
import { checkOrigin } from './origin.ts'
import type { Outlet } from './outlet.ts'
import { type DoorOptions, type PlainAnswer, PlainDoor, type PlainRequest } from './plain-door.ts'
import type { RawRoute } from './route.ts'
import { errorBody, type ServerOptions, serveRaw, versionHeaders } from './serve-raw.ts'

/** A longer body takes its time anyway. */
const MOST_PLAIN_BYTES = 1024 * 1024

type Exchange = readonly [IncomingMessage, ServerResponse]

/**
 * Clients' requests at fixed paths are answered before the framework sees them: their routes read
 * and write everything themselves, and it would cost them more than our own reading of the body.
 * Everything else, an address with a query too, goes on to it.
 */
export function answerDirectly<Deps>(
  app: FastifyInstance,
  options: ServerOptions<Deps>,
  limits: Pick<DoorOptions, 'firstMs' | 'bodyMs' | 'idleMs'>,
): void {
  const routes = fixedRoutes(options)
  const framework = app.server.listeners('request')
  const door = new PlainDoor(app.server, {
    ...limits,
    answers: options.nodeHttp ? new Map<string, PlainAnswer>() : plainAnswers(routes, options),
    mostBytes: Math.min(options.maxRequestBytes, MOST_PLAIN_BYTES),
  })
  app.addHook('preClose', (done) => {
    door.close()
    done()
  })
  app.server.removeAllListeners('request')
  app.server.on('request', (...exchange: Exchange) => {
    const [{ method, url = '' }, response] = exchange
    const route = method === 'POST' ? routes.get(url) : undefined
    if (!route) {
      for (const listener of framework) listener.apply(app.server, [...exchange])
      return
    }
    if (door.closing) response.setHeader('connection', 'close')
    readAndServe(route, options, exchange)
  })
}

function fixedRoutes<Deps>({ routes, basePath }: ServerOptions<Deps>) {
  const fixed = new Map<string, RawRoute<Deps>>()
  for (const route of routes) {
    if (route.kind !== 'raw' || route.method !== 'POST' || route.scope !== 'inference') continue
    for (const path of route.paths) {
      if (!/[:*]/.test(path)) fixed.set(basePath + path, route)
    }
  }
  return fixed
}

function plainAnswers<Deps>(
  routes: ReadonlyMap<string, RawRoute<Deps>>,
  options: ServerOptions<Deps>,
): Map<string, PlainAnswer> {
  const answerOf =
    (route: RawRoute<Deps>): PlainAnswer =>
    (...exchange) =>
      servePlain(route, options, ...exchange)
  return new Map([...routes].map(([path, route]) => [path, answerOf(route)]))
}

function readAndServe<Deps>(
  route: RawRoute<Deps>,
  options: ServerOptions<Deps>,
  exchange: Exchange,
): void {
  const [request] = exchange
  const { headers } = request
  const foreign = checkOrigin(headers, options)
  if (foreign) return refuse(foreign, route, options, exchange)
  if (Number(headers['content-length'] ?? 0) > options.maxRequestBytes) {
    return refuse(tooLarge(), route, options, exchange)
  }
  decompress(request, headers['content-encoding'], options.maxRequestBytes, (error, body) => {
    if (error || !body) refuse(GatewayError.from(error), route, options, exchange)
    else void serveRaw(route, options, exchange, { params: {}, body })
  })
}

function servePlain<Deps>(
  route: RawRoute<Deps>,
  options: ServerOptions<Deps>,
  request: PlainRequest,
  response: Outlet,
): void {
  const foreign = checkOrigin(request.headers, options)
  if (foreign) return refuse(foreign, route, options, [{ complete: true }, response])
  void serveRaw(route, options, [request, response], { params: {}, body: request.body })
}

function refuse<Deps>(
  error: GatewayError,
  { plainErrors }: RawRoute<Deps>,
  options: ServerOptions<Deps>,
  [request, response]: readonly [{ readonly complete: boolean }, Outlet],
): void {
  // The rest of a refused body is not worth reading.
  const headers = request.complete ? {} : { connection: 'close' }
  const body = errorBody(error, plainErrors === true, options)
  new Client(response, versionHeaders(options.version)).json(error.status, body, headers)
}
