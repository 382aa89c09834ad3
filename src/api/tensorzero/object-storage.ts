import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
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
    // A client that could name another place could read any file, or make us call any address.
    if (!files || !isSame(kind, files.kind)) {
      throw refuse('The file is kept in another object storage than the one configured here.')
    }
    if (!FILE.test(path.slice(files.prefix.length)) || !path.startsWith(files.prefix)) {
      throw refuse('This is no path of a stored file.')
    }
    const bytes = await files.get(path)
    return { data: bytes.toString('base64'), reused_object_store: true }
  },
})

const FILE = /^observability\/files\/[0-9a-f]{64}\.[a-z0-9]+$/

/** Who writes null and who leaves it out mean the same. */
function isSame(one: object, other: object): boolean {
  return isDeepStrictEqual(withoutNulls(one), withoutNulls(other))
}

function withoutNulls(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null))
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'storage_path' })
}
