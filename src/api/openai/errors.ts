import type { GatewayError } from '../../domain/errors.ts'
import { asObject, type JsonObject } from '../../lib/json.ts'
import type { Trace } from '../../engine/trace.ts'
import { weirError } from '../weir-error.ts'

/**
 * An error in OpenAI's shape: the provider's own fields where it gave some, ours where it did not,
 * and what only the gateway knows under `weir`.
 */
export function errorBody(error: GatewayError, trace?: Trace): JsonObject {
  const { provider, param } = error.context
  const said = asObject(provider?.raw)
  return {
    ...provider?.beside,
    error: {
      type: error.kind.type,
      code: provider?.code ?? error.code,
      param: param ?? null,
      ...said,
      message: error.message,
      weir: weirError(error, trace),
    },
  }
}
