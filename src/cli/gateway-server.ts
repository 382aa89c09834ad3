import type { FastifyInstance } from 'fastify'
import type { App } from '../api/app.ts'
import { plainError, strayError } from '../api/index.ts'
import type { Route } from '../http/route.ts'
import { createServer, isLoopback } from '../http/server.ts'
import type { Log } from '../lib/log.ts'
import type { Arguments } from './arguments.ts'
import type { Bind } from './bind.ts'
import { VERSION } from './version.ts'

/** The HTTP server of one thread of the gateway. */
export function gatewayServer(of: {
  readonly app: App
  readonly routes: readonly Route<App>[]
  readonly bind: Bind
  readonly args: Arguments
  readonly log: Log
}): FastifyInstance {
  const { app, routes, bind, args, log } = of
  const { basePath, maxRequestBytes } = app.engine.config().gateway
  return createServer({
    deps: app,
    routes,
    basePath,
    maxRequestBytes,
    allowedHosts: new Set(args.allowedHosts.map((host) => host.toLowerCase())),
    loopback: isLoopback(bind.host),
    nodeHttp: args.nodeHttp,
    version: VERSION,
    strayError,
    plainError: (error) => plainError(app, error),
    onError: (error) => log.error('a request failed inside the gateway', describe(error)),
  })
}

function describe(error: unknown): Record<string, string> {
  return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
