import type { GatewayError } from '../domain/errors.ts'
import type { Trace } from '../engine/trace.ts'
import type { Json, JsonObject } from '../lib/json.ts'

/** What only the gateway knows of an error: every dialect has it under `weir`. */
export function weirError(error: GatewayError, trace: Trace | undefined): JsonObject {
  return {
    class: error.code,
    target: error.context.target ?? null,
    inference_id: trace?.id ?? null,
    ...(trace && trace.attempts.length > 1 && { attempts: attemptsOf(trace) }),
  }
}

function attemptsOf(trace: Trace): Json[] {
  return trace.attempts.map(({ target, status, error }) => ({
    provider: target.name,
    status,
    class: error?.code ?? null,
    message: error?.message ?? null,
  }))
}
