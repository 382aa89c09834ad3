import type { JsonObject } from '../../lib/json.ts'
import { modelRoutes, modelsIn, type Telling } from '../model-routes.ts'
import { geminiError } from './errors.ts'

/** Source: Gemini API reference, "Models": list, get. */
const gemini: Telling = {
  names: (app) => modelsIn(app),
  one: modelOf,
  list: (names) => ({ models: names.map(modelOf) }),
  error: (error) => geminiError(error, undefined),
}

/** Limits are the provider's to know: none is told rather than a wrong one. */
function modelOf(name: string): JsonObject {
  return {
    name: `models/${name}`,
    displayName: name,
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
  }
}

export const geminiModels = modelRoutes(
  ['/gemini/v1beta/models', '/gemini/v1/models'],
  'the Gemini API',
  () => gemini,
)
