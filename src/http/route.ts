import type { z } from 'zod'
import type { GatewayError } from '../domain/errors.ts'
import type { Client } from './client.ts'

/**
 * Who may call a route. `public` needs nothing, `inference` a key once keys are in force, `admin`
 * only browsers and programs on this machine until log-in exists.
 */
export type Scope = 'public' | 'inference' | 'admin'

interface RouteBase {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `:name` stands for one segment, `*` at the end for all that follows. */
  readonly paths: readonly string[]
  readonly scope: Scope
  readonly summary: string
  /** Errors are `{"error": "…"}`, as TensorZero's own API has them. */
  readonly plainErrors?: true
  /** The status of an error, where it is not the error's own. */
  readonly statusOf?: (error: GatewayError) => number
}

/** Answers with JSON: everything is checked by schemas, in and out of the type system. */
export interface JsonRoute<Deps> extends RouteBase {
  readonly kind: 'json'
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly result: z.ZodType
  readonly handle: (
    deps: Deps,
    input: { params: Record<string, string>; query: unknown; body: unknown },
  ) => unknown
}

/** Reads the body and writes the answer itself: dialects, streams. */
export interface RawRoute<Deps> extends RouteBase {
  readonly kind: 'raw'
  readonly handle: (deps: Deps, request: RawRequest) => Promise<void>
}

export interface RawRequest {
  readonly method: string
  /** Path and query, as they came. */
  readonly url: string
  readonly params: Record<string, string>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  /** `body`, a byte a character: things are found in it sooner, and the record needs it anyway. */
  readonly latin1: string
  readonly client: Client
}

export type Route<Deps> = JsonRoute<Deps> | RawRoute<Deps>

/** Ties a JSON route's handler to the types of its schemas. */
export function jsonRoute<Deps, Query, Body, Result>(
  route: Omit<JsonRoute<Deps>, 'kind' | 'query' | 'body' | 'result' | 'handle'> & {
    readonly query?: z.ZodType<Query>
    readonly body?: z.ZodType<Body>
    readonly result: z.ZodType<Result>
    readonly handle: (
      deps: Deps,
      input: { params: Record<string, string>; query: Query; body: Body },
    ) => Promise<Result> | Result
  },
): JsonRoute<Deps> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server checks input by these schemas before it calls
  return { ...route, kind: 'json' } as unknown as JsonRoute<Deps>
}
