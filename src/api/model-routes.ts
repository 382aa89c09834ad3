import { GatewayError } from '../domain/errors.ts'
import type { RawRequest, RawRoute } from '../http/route.ts'
import type { JsonObject } from '../lib/json.ts'
import type { App } from './app.ts'

/** How one API tells of models. */
export interface Telling {
  /** What can be named there. */
  readonly names: (app: App) => string[]
  readonly one: (name: string, app: App) => JsonObject
  readonly list: (names: readonly string[], app: App, query: URLSearchParams) => JsonObject
  readonly error: (error: GatewayError) => JsonObject
}

/** The routes that list models and tell of one. `api`: whose they are, for people. */
export function modelRoutes(
  paths: readonly string[],
  api: string,
  telling: (request: RawRequest) => Telling,
): RawRoute<App>[] {
  const common = { kind: 'raw', method: 'GET', scope: 'inference' } as const
  return [
    {
      ...common,
      paths,
      summary: `The models that can be named, as ${api} lists them.`,
      handle: async (app, request) => {
        const { names, list } = telling(request)
        request.client.json(200, list(names(app), app, request.query))
      },
    },
    {
      ...common,
      paths: paths.map((path) => `${path}/*`),
      summary: `One model, as ${api} tells of it.`,
      handle: async (app, request) => {
        const name = request.params['*'] ?? ''
        const { names, one, error } = telling(request)
        if (app.about.config().model(name) || names(app).includes(name)) {
          request.client.json(200, one(name, app))
          return
        }
        const missing = new GatewayError('not_found', `There is no model \`${name}\`.`)
        request.client.json(missing.status, error(missing))
      },
    },
  ]
}

/** Those of the configuration, what else it has, then those that are built in. */
export function modelsIn({ about }: App, functions: readonly string[] = []): string[] {
  return [...about.config().modelNames, ...functions, ...about.builtInModels()]
}
