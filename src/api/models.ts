import type { RawRequest, RawRoute } from '../http/route.ts'
import { anthropicError } from './anthropic/errors.ts'
import type { App } from './app.ts'
import { modelRoutes, modelsIn, type Telling } from './model-routes.ts'
import { errorBody } from './openai/errors.ts'

/** Source: OpenAI API reference, "Models". When a model was made is not known here. */
const openai: Telling = {
  names: modelsAndFunctions,
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
  names: modelsAndFunctions,
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

/** Functions by the name that every API takes for a model's. */
function modelsAndFunctions(app: App): string[] {
  const names = [...app.about.config().functions.keys()]
  const own = names.filter((name) => !name.startsWith('tensorzero::'))
  return modelsIn(
    app,
    own.map((name) => `tensorzero::function_name::${name}`),
  )
}

export const listedModels: readonly RawRoute<App>[] = [
  ...modelRoutes(['/openai/v1/models'], 'the OpenAI API', () => openai),
  ...modelRoutes(['/anthropic/v1/models'], 'the Claude API', () => anthropic),
  ...modelRoutes(['/v1/models'], 'the OpenAI or the Claude API', either),
]
