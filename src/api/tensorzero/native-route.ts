import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import { isUuid } from '../../domain/ids.ts'
import { jsonRoute, type Route } from '../../http/route.ts'
import type { StoreClient } from '../../store/client.ts'
import type { App } from '../app.ts'
import { readBySchema } from '../serde.ts'

interface NativeRoute<Query, Body> {
  readonly method: Route<App>['method']
  readonly path: string
  readonly summary: string
  readonly query?: z.ZodType<Query>
  readonly body?: z.ZodType<Body>
  readonly handle: (
    app: App,
    input: { readonly params: Record<string, string>; readonly query: Query; readonly body: Body },
  ) => unknown
}

/**
 * A route of TensorZero's for those who look after a gateway: its words for what is wrong in a
 * request, and its plain errors. It shows what others asked: see `Scope`.
 */
export function nativeRoute<Query = undefined, Body = undefined>(
  route: NativeRoute<Query, Body>,
): Route<App> {
  const { method, path, summary, query, body, handle } = route
  return jsonRoute({
    method,
    paths: [path],
    summary,
    scope: 'admin',
    plainErrors: true,
    query: z.unknown(),
    ...(body && { body: z.unknown() }),
    result: z.unknown(),
    handle: (app: App, input) =>
      handle(app, {
        params: input.params,
        query: readBySchema(query ?? nothing<Query>(), input.query),
        body: readBySchema(body ?? nothing<Body>(), input.body),
      }),
  })
}

/** Where a route has no schema, its handler has no use for the value. */
function nothing<T>(): z.ZodType<T> {
  return z.custom<T>(() => true)
}

/** What is stored. Throws `GatewayError` where nothing is. */
export function storedOf({ engine }: App): StoreClient {
  if (engine.stored) return engine.stored
  throw new GatewayError(
    'invalid_request',
    'This needs observability to be enabled (`gateway.observability.enabled` must not be `false`).',
  )
}

/** A UUID, in small letters. */
export const Uuid = z
  .string()
  .transform((id) => id.toLowerCase())
  .refine(isUuid, 'UUID parsing failed: this is no UUID')
