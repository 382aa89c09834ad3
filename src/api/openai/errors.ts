import type { GatewayError } from '../../domain/errors.ts'
import { asObject } from '../../lib/json.ts'
import type { Trace } from '../../engine/trace.ts'

/**
 * An error in OpenAI's shape: the provider's own fields where it gave some, ours where it did not,
 * and what only the gateway knows under `weir`.
 */
export function errorBody(error: GatewayError, trace?: Trace): Record<string, unknown> {
  const { provider, target, param } = error.context
  const said = asObject(provider?.raw)
  return {
    ...provider?.beside,
    error: {
      type: error.kind.type,
      code: provider?.code ?? error.code,
      param: param ?? null,
      ...said,
      message: error.message,
      weir: {
        class: error.code,
        target: target ?? null,
        inference_id: trace?.id ?? null,
        ...(trace && trace.attempts.length > 1 && { attempts: attemptsOf(trace) }),
      },
    },
  }
}

function attemptsOf(trace: Trace): unknown[] {
  return trace.attempts.map(({ target, status, error }) => ({
    provider: target.name,
    status,
    class: error?.code ?? null,
    message: error?.message ?? null,
  }))
}

export function errorHeaders(error: GatewayError): Record<string, string> {
  const { retryAfterS } = error.context
  if (retryAfterS !== undefined) return { 'retry-after': String(Math.ceil(retryAfterS)) }
  return error.status === 503 ? { 'retry-after': '1' } : {}
}
