import { GatewayError } from '../domain/errors.ts'
import type { RawRequest, RawRoute } from '../http/route.ts'
import type { JsonObject } from '../lib/json.ts'
import { anthropicError } from './anthropic/errors.ts'
import type { App } from './app.ts'
import { errorBody } from './openai/errors.ts'

/** How one API tells of models. */
interface Telling {
  readonly one: (name: string, app: App) => JsonObject
  readonly list: (names: readonly string[], app: App, query: URLSearchParams) => JsonObject
  readonly error: (error: GatewayError) => JsonObject
}

/** Source: OpenAI API reference, "Models". When a model was made is not known here. */
const openai: Telling = {
  one: (id, { about }) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: about.config().model(id)?.targets[0]?.provider.type ?? 'weir',
  }),
  list: (names, app) => ({ object: 'list', data: names.map((name) => openai.one(name, app)) }),
  error: (error) => errorBody(error),
}

const MOST_LISTED = 1000

/** Source: Claude API reference, "List models", "Get a model". */
const anthropic: Telling = {
  one: (id) => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' }),
  list: (names, app, query) => {
    const limit = Math.min(Number(query.get('limit')) || MOST_LISTED, MOST_LISTED)
    const rest = names.slice(names.indexOf(query.get('after_id') ?? '') + 1)
    const page = rest.slice(0, limit)
    return {
      data: page.map((name) => anthropic.one(name, app)),
      has_more: rest.length > limit,
      first_id: page[0] ?? null,
      last_id: page.at(-1) ?? null,
    }
  },
  error: (error) => anthropicError(error, undefined),
}

/** Both APIs have these paths: Anthropic's clients say which version they speak. */
function either({ headers }: RawRequest): Telling {
  return headers['anthropic-version'] === undefined ? openai : anthropic
}

function routes(path: string, summary: string, tell: (request: RawRequest) => Telling) {
  const list: RawRoute<App> = {
    kind: 'raw',
    method: 'GET',
    paths: [path],
    scope: 'inference',
    summary: `The models that can be named, as ${summary}.`,
    handle: async (app, request) => {
      request.client.json(200, tell(request).list(namesIn(app), app, request.query))
    },
  }
  const one: RawRoute<App> = {
    kind: 'raw',
    method: 'GET',
    paths: [`${path}/*`],
    scope: 'inference',
    summary: `One model, as ${summary}.`,
    handle: async (app, request) => {
      const name = request.params['*'] ?? ''
      const telling = tell(request)
      if (namesIn(app).includes(name) || app.about.config().model(name)) {
        request.client.json(200, telling.one(name, app))
        return
      }
      const error = new GatewayError('not_found', `There is no model \`${name}\`.`)
      request.client.json(error.status, telling.error(error))
    },
  }
  return [list, one]
}

/** Models, and functions by the name that every API takes for a model's. */
function namesIn({ about }: App): string[] {
  const { functions, modelNames } = about.config()
  const own = [...functions.keys()].filter((name) => !name.startsWith('tensorzero::'))
  const asModels = own.map((name) => `tensorzero::function_name::${name}`)
  return [...modelNames, ...asModels, ...about.builtInModels()]
}

export const modelRoutes: readonly RawRoute<App>[] = [
  ...routes('/openai/v1/models', 'the OpenAI API lists them', () => openai),
  ...routes('/anthropic/v1/models', 'the Claude API lists them', () => anthropic),
  ...routes('/v1/models', 'the OpenAI or the Claude API lists them', either),
]
