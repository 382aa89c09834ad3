import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import { readStored } from '../../engine/stored-file.ts'
import { jsonRoute } from '../../http/route.ts'
import { asObject, asString, parseJson } from '../../lib/json.ts'
import type { App } from '../app.ts'

/** TensorZero's `GET /internal/object_storage`: a file of a stored input. */
export const storedFile = jsonRoute({
  method: 'GET',
  paths: ['/internal/object_storage'],
  scope: 'admin',
  summary: 'A file of a stored input, by the place that is written there.',
  plainErrors: true,
  query: z.object({ storage_path: z.string() }),
  result: z.object({ data: z.string(), reused_object_store: z.boolean() }),
  handle: async ({ engine: { files } }: App, { query }) => {
    const asked = asObject(parseJson(query.storage_path))
    const path = asString(asked?.['path'])
    const kind = asObject(asked?.['kind'])
    if (path === undefined || kind === undefined) {
      throw refuse('`storage_path` must be JSON with a `kind` and a `path`.')
    }
    const bytes = await readStored(files, { kind, path })
    return { data: bytes.toString('base64'), reused_object_store: true }
  },
})

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'storage_path' })
}
