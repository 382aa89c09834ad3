import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../domain/errors.ts'
import { Client } from './client.ts'
import { decompress, tooLarge } from './decompress.ts'
import { checkOrigin } from './origin.ts'
import type { RawRoute } from './route.ts'
import { errorBody, type ServerOptions, serveRaw, versionHeaders } from './serve-raw.ts'

type Exchange = readonly [IncomingMessage, ServerResponse]

/**
 * Clients' requests at fixed paths are answered before the framework sees them: their routes read
 * and write everything themselves, and it would cost them more than our own reading of the body.
 * Everything else, an address with a query too, goes on to it.
 */
export function answerDirectly<Deps>(app: FastifyInstance, options: ServerOptions<Deps>): void {
  const routes = fixedRoutes(options)
  const framework = app.server.listeners('request')
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
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
    if (closing) response.setHeader('connection', 'close')
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

function refuse<Deps>(
  error: GatewayError,
  { plainErrors }: RawRoute<Deps>,
  options: ServerOptions<Deps>,
  [request, response]: Exchange,
): void {
  // The rest of a refused body is not worth reading.
  const headers = request.complete ? {} : { connection: 'close' }
  const body = errorBody(error, plainErrors === true, options)
  new Client(response, versionHeaders(options.version)).json(error.status, body, headers)
}
