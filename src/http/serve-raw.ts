import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../domain/errors.ts'
import { Client } from './client.ts'
import type { Outlet } from './outlet.ts'
import type { RawRequest, RawRoute, Route } from './route.ts'

export interface ServerOptions<Deps> {
  readonly deps: Deps
  readonly routes: readonly Route<Deps>[]
  /** '' or '/prefix'. */
  readonly basePath: string
  readonly maxRequestBytes: number
  /** Host names under which this server may be called, beside loopback names and addresses. */
  readonly allowedHosts: ReadonlySet<string>
  /** Listening on loopback only: then a foreign `Host` can only be a trick (DNS rebinding). */
  readonly loopback: boolean
  /** No request is read but by Node's own parser. */
  readonly nodeHttp: boolean
  readonly version: string
  /** The body that tells an error where there is no route; `path` is below the base path. */
  readonly strayError: (path: string, error: GatewayError) => unknown
  /** The body that tells an error, for routes with `plainErrors`. */
  readonly plainError: (error: GatewayError) => unknown
  readonly onError: (error: unknown) => void
}

/** Of a request, what whoever read it knows. */
export interface Heard {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** Lets a route read and answer a request by itself; what it throws becomes an answer too. */
export async function serveRaw<Deps>(
  route: RawRoute<Deps>,
  options: ServerOptions<Deps>,
  [request, response]: readonly [Heard, Outlet],
  read: Pick<RawRequest, 'params' | 'body'>,
): Promise<void> {
  const { deps, version, onError } = options
  const client = new Client(response, versionHeaders(version))
  try {
    await route.handle(deps, new Incoming(request, client, read))
  } catch (thrown) {
    const error = GatewayError.from(thrown)
    if (error.code === 'internal') onError(thrown)
    const body = errorBody(error, route.plainErrors === true, options)
    if (!client.headersSent) client.json(error.status, body)
    // Nobody will end what was begun: the client must not wait for it.
    else if (!response.writableEnded) response.destroy()
  }
}

/** What only some routes look at is made when they do. */
class Incoming implements RawRequest {
  readonly method: string
  readonly url: string
  readonly params: RawRequest['params']
  readonly headers: RawRequest['headers']
  readonly body: Buffer
  readonly client: Client
  #latin1: string | undefined

  constructor(
    { method = '', url = '', headers }: Heard,
    client: Client,
    { params, body }: Pick<RawRequest, 'params' | 'body'>,
  ) {
    this.method = method
    this.url = url
    this.params = params
    this.headers = headers
    this.body = body
    this.client = client
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.url.split('?')[1])
  }

  get latin1(): string {
    this.#latin1 ??= this.body.toString('latin1')
    return this.#latin1
  }
}

export function versionHeaders(version: string): Record<string, string> {
  return { 'x-weir-version': version, 'x-tensorzero-gateway-version': version }
}

export function errorBody<Deps>(
  error: GatewayError,
  plain: boolean,
  { plainError }: Pick<ServerOptions<Deps>, 'plainError'>,
): unknown {
  return plain ? plainError(error) : errorOf(error)
}

export function errorOf(error: GatewayError): unknown {
  const { kind, code, message } = error
  return { error: { message, type: kind.type, code, param: error.context.param ?? null } }
}
