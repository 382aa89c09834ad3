import type { GatewayError } from '../../domain/errors.ts'
import type { Trace } from '../../engine/trace.ts'
import { asObject, type JsonObject } from '../../lib/json.ts'
import { weirError } from '../weir-error.ts'

/** Google's word for each status. Source: google.rpc.Code. */
const STATUSES: ReadonlyMap<number, string> = new Map([
  [400, 'INVALID_ARGUMENT'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [429, 'RESOURCE_EXHAUSTED'],
  [499, 'CANCELLED'],
  [500, 'INTERNAL'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
])

/** An error in Google's shape; the provider's own fields stay beside ours. */
export function geminiError(error: GatewayError, trace: Trace | undefined): JsonObject {
  const { provider } = error.context
  const status =
    STATUSES.get(error.status) ?? (error.status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')
  return {
    ...provider?.beside,
    error: {
      status,
      ...asObject(provider?.raw),
      code: error.status,
      message: error.message,
      weir: weirError(error, trace),
    },
  }
}
