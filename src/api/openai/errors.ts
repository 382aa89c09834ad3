import type { GatewayError } from '../../domain/errors.ts'
import { asObject, type JsonObject } from '../../lib/json.ts'
import type { Trace } from '../../engine/trace.ts'
import { errorJson } from '../tensorzero/error-json.ts'
import { failuresOf, lastEvent } from '../tensorzero/raw.ts'
import { weirError } from '../weir-error.ts'

/**
 * An error in OpenAI's shape: the provider's own fields where it gave some, ours where it did not,
 * and what only the gateway knows under `weir`. Who asks in TensorZero's words and wants errors as
 * data is told TensorZero's fields alone.
 */
export function errorBody(error: GatewayError, trace?: Trace, withJson = false): JsonObject {
  const { provider, param } = error.context
  const json = withJson ? errorJson(error) : undefined
  const { message } = error
  if (json && speaksTensorzero(trace, json)) {
    return {
      error: { message, error_json: json, tensorzero_error_json: json },
      ...rawOfFailed(trace),
    }
  }
  const said = asObject(provider?.raw)
  return {
    ...provider?.beside,
    error: {
      type: error.kind.type,
      code: provider?.code ?? error.code,
      param: param ?? null,
      ...said,
      message,
      weir: weirError(error, trace),
      ...(json && { error_json: json, tensorzero_error_json: json }),
    },
    ...rawOfFailed(trace),
  }
}

/** What it was refused for may be that. */
function speaksTensorzero(trace: Trace | undefined, json: JsonObject): boolean {
  if ('InvalidOpenAICompatibleRequest' in json) return true
  const { requestedModel = '', verbatim = true } = trace?.ask ?? {}
  return requestedModel.startsWith('tensorzero::') || !verbatim
}

/** What the providers answered, for a client who asked to see it. */
function rawOfFailed(trace: Trace | undefined): JsonObject {
  if (trace?.ask.include?.rawResponse !== true) return {}
  const entries = failuresOf(trace)
  return entries.length > 0 ? { tensorzero_raw_response: entries } : {}
}

/** The event that ends a stream which broke. */
export function streamErrorBody(error: GatewayError, trace: Trace, withJson: boolean): JsonObject {
  const { tensorzero_raw_response: _all, ...body } = errorBody(error, trace, withJson)
  const shown = trace.ask.include?.rawResponse === true
  return { ...body, ...(shown && { tensorzero_raw_chunk: lastEvent(trace) }) }
}
