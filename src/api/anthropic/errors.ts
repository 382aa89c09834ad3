import type { GatewayError } from '../../domain/errors.ts'
import type { Trace } from '../../engine/trace.ts'
import { asObject, type JsonObject } from '../../lib/json.ts'
import { weirError } from '../weir-error.ts'

/** Anthropic's word for each status. Source: Claude docs, "Errors". */
const TYPES: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])

const OWN_TYPES = new Set([...TYPES.values(), 'api_error'])

/** An error in Anthropic's shape; the provider's own fields stay beside what it is called here. */
export function anthropicError(error: GatewayError, trace: Trace | undefined): JsonObject {
  const { provider } = error.context
  const said = asObject(provider?.raw)
  return {
    ...provider?.beside,
    type: 'error',
    error: {
      ...(provider && { code: provider.code }),
      ...(asObject(said?.['error']) ?? said),
      type: typeOf(error),
      message: error.message,
      weir: weirError(error, trace),
    },
    request_id: trace?.id ?? null,
  }
}

/** The provider's own word where Anthropic has it too, else that of the status. */
function typeOf({ context, status }: GatewayError): string {
  const said = context.provider?.type ?? ''
  if (OWN_TYPES.has(said)) return said
  return TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error')
}
