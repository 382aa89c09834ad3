import { GatewayError } from '../../domain/errors.ts'
import type { RawRoute } from '../../http/route.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { App } from '../app.ts'
import { geminiError } from './errors.ts'

/** Source: Gemini API reference, "Models": list. */
const list: RawRoute<App> = {
  kind: 'raw',
  method: 'GET',
  paths: ['/gemini/v1beta/models', '/gemini/v1/models'],
  scope: 'inference',
  summary: 'The models that can be named, as the Gemini API lists them.',
  handle: async ({ about }, { client }) => {
    const names = [...about.config().modelNames, ...about.builtInModels()]
    client.json(200, { models: names.map(modelOf) })
  },
}

/** Source: Gemini API reference, "Models": get. */
const get: RawRoute<App> = {
  kind: 'raw',
  method: 'GET',
  paths: ['/gemini/v1beta/models/*', '/gemini/v1/models/*'],
  scope: 'inference',
  summary: 'One model, as the Gemini API tells of it.',
  handle: async ({ about }, { params, client }) => {
    const name = params['*'] ?? ''
    if (about.config().model(name)) {
      client.json(200, modelOf(name))
      return
    }
    const error = new GatewayError('not_found', `There is no model \`${name}\`.`)
    client.json(error.status, geminiError(error, undefined))
  },
}

/** Limits are the provider's to know: none is told rather than a wrong one. */
function modelOf(name: string): JsonObject {
  return {
    name: `models/${name}`,
    displayName: name,
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
  }
}

export const geminiModels = [list, get]
