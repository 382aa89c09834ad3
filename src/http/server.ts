import { isIP } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { GatewayError } from '../domain/errors.ts'
import { decompress, tooLarge } from './decompress.ts'
import { answerDirectly } from './direct.ts'
import { asksFromHere, checkOrigin } from './origin.ts'
import type { JsonRoute, RawRoute, Route, Scope } from './route.ts'
import { methodsAt } from './methods-at.ts'
import { errorBody, type ServerOptions, serveRaw, versionHeaders } from './serve-raw.ts'

/** A server closes idle connections after this: above the 60 s of common load balancers. */
const KEEP_ALIVE_MS = 75_000
const HEADERS_MS = 10_000
const BODY_MS = 300_000
const EMPTY = Buffer.alloc(0)

/** The HTTP server. Knows routes, not products. */
export function createServer<Deps>(options: ServerOptions<Deps>): FastifyInstance {
  const app = Fastify({
    bodyLimit: options.maxRequestBytes,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: BODY_MS,
    forceCloseConnections: 'idle',
    logger: false,
    return503OnClosing: false,
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true },
    http: { headersTimeout: HEADERS_MS, maxHeaderSize: 64 * 1024, noDelay: true },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request, payload, done) => {
    decompress(payload, request.headers['content-encoding'], options.maxRequestBytes, done)
  })
  app.addHook('onRequest', (request, _, done) => done(checkOrigin(request.headers, options)))
  app.addHook('onSend', (_, reply, payload, done) => {
    reply.headers(versionHeaders(options.version))
    done(null, payload)
  })
  app.setNotFoundHandler((request, reply) => answerStray(request, reply, options))
  app.setErrorHandler((error, request, reply) => {
    const known = fromFastify(error)
    if (known.code === 'internal') options.onError(error)
    if (reply.raw.headersSent) return void reply.raw.destroy()
    reply.code(statusOf(known, request)).headers(errorHeaders(request))
    reply.send(errorBody(known, hasPlainErrors(request), options))
  })
  for (const route of options.routes) register(app, route, options)
  const limits = { firstMs: HEADERS_MS, bodyMs: BODY_MS, idleMs: KEEP_ALIVE_MS }
  answerDirectly(app, options, limits)
  return app
}

/** A request that there is no route for, or none by its method. */
function answerStray<Deps>(
  request: FastifyRequest,
  reply: FastifyReply,
  { routes, basePath, strayError }: ServerOptions<Deps>,
): void {
  const { method } = request
  const path = request.url.split('?')[0] ?? ''
  const below = path.slice(basePath.length)
  const allowed = path.startsWith(basePath) ? methodsAt(routes, below || '/') : []
  const isKnown = allowed.length > 0
  if (isKnown) reply.header('allow', allowed.join(', '))
  if (isKnown && method === 'OPTIONS') return void reply.code(204).send()
  const error = isKnown
    ? new GatewayError('method_not_allowed', `Method not allowed: ${method} ${path}`)
    : new GatewayError('not_found', `Route not found: ${method} ${path}`)
  reply.code(error.status).send(strayError(below, error))
}

function register<Deps>(
  app: FastifyInstance,
  route: Route<Deps>,
  options: ServerOptions<Deps>,
): void {
  for (const path of route.paths) {
    app.route({
      method: route.method,
      url: options.basePath + path,
      config: { plainErrors: route.plainErrors === true, statusOf: route.statusOf },
      handler: (request, reply) => {
        checkScope(route.scope, request)
        return route.kind === 'raw'
          ? serveHijacked(route, options, request, reply)
          : serveJson(route, options.deps, request)
      },
    })
  }
}

/** Until log-in exists, what shows other people's prompts is for this machine only. */
function checkScope(scope: Scope, request: FastifyRequest): void {
  if (scope !== 'admin' || asksFromHere(request.socket)) return
  throw new GatewayError(
    'forbidden',
    'The pages and the administration of this gateway can only be opened from the machine it runs on: use an SSH tunnel (ssh -L 3000:localhost:3000 HOST).',
  )
}

function serveHijacked<Deps>(
  route: RawRoute<Deps>,
  options: ServerOptions<Deps>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  reply.hijack()
  const body = Buffer.isBuffer(request.body) ? request.body : EMPTY
  return serveRaw(route, options, [request.raw, reply.raw], { params: paramsOf(request), body })
}

async function serveJson<Deps>(
  route: JsonRoute<Deps>,
  deps: Deps,
  request: FastifyRequest,
): Promise<unknown> {
  return route.handle(deps, {
    params: paramsOf(request),
    query: route.query ? check(route.query, request.query) : undefined,
    body: route.body ? check(route.body, parseBody(request.body)) : undefined,
  })
}

function paramsOf(request: FastifyRequest): Record<string, string> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the router makes strings
  return request.params as Record<string, string>
}

function parseBody(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new GatewayError('invalid_request', 'The request body is not JSON.', { cause })
  }
}

function check(schema: z.ZodType, value: unknown): unknown {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  const place = issue?.path.join('.') ?? ''
  throw new GatewayError('invalid_request', `\`${place || 'request'}\`: ${issue?.message}.`)
}

function fromFastify(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500
  const message = error instanceof Error ? error.message : ''
  if (status === 413) return tooLarge()
  if (status >= 400 && status < 500) return new GatewayError('invalid_request', `${message}.`)
  return GatewayError.from(error)
}

function statusOf(error: GatewayError, { routeOptions }: FastifyRequest): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `register` wrote it
  const config = routeOptions.config as Pick<Route<unknown>, 'statusOf'> | undefined
  return config?.statusOf?.(error) ?? error.status
}

function hasPlainErrors({ routeOptions }: FastifyRequest): boolean {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `register` wrote it
  const config = routeOptions.config as { readonly plainErrors?: boolean } | undefined
  return config?.plainErrors === true
}

function errorHeaders(request: FastifyRequest): Record<string, string> {
  // The rest of a refused body is not worth reading.
  return request.raw.complete ? {} : { connection: 'close' }
}

/** Whether a bind address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}
