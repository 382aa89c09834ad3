import type { GatewayError } from '../../domain/errors.ts'
import type { Trace } from '../../engine/trace.ts'
import { asString, type JsonObject } from '../../lib/json.ts'
import { formatEvent } from '../../lib/sse.ts'
import { dialectRoute } from '../deliver.ts'
import type { Dialect } from '../dialect.ts'
import { encodeInference } from './encode.ts'
import { errorJson } from './error-json.ts'
import { NativeChunks } from './native-chunks.ts'
import { failuresOf, lastEvent } from './raw.ts'
import { readInference } from './request.ts'

/** TensorZero's own API. Source: its API reference, `POST /inference`. */
export const native: Dialect = {
  name: 'tensorzero.inference',
  asked: (json) => asString(json['model_name']) ?? asString(json['function_name']) ?? '',
  read: readInference,
  whole: encodeInference,
  stream: (envelope) => new NativeChunks(envelope),
  errorBody: (error, trace, withJson) => ({
    error: error.message,
    ...(withJson && { error_json: errorJson(error) }),
    ...(trace && wantsRaw(trace) && rawOfFailed(trace)),
  }),
  status: nativeStatus,
  streamError: (error, trace, withJson) =>
    formatEvent(
      JSON.stringify({
        error: error.message,
        ...(withJson && { error_json: errorJson(error) }),
        ...(wantsRaw(trace) && { raw_chunk: lastEvent(trace) }),
      }),
    ),
  endMark: formatEvent('[DONE]'),
}

export const inference = dialectRoute(native, {
  paths: ['/inference'],
  summary: "Answers a function or a model in TensorZero's own terms.",
})

function wantsRaw({ ask }: Trace): boolean {
  return ask.include?.rawResponse === true
}

function rawOfFailed(trace: Trace): JsonObject {
  const entries = failuresOf(trace)
  return entries.length > 0 ? { raw_response: entries } : {}
}

/** TensorZero's statuses: 408 for a time limit, 502 when all variants failed, 500 for one alone. */
export function nativeStatus(error: GatewayError): number {
  const { wraps, limit } = error.context
  if (wraps === 'variants' || wraps === 'candidates') return 502
  if (wraps === 'providers' || wraps === 'retries') return 500
  if (limit || error.code === 'upstream_timeout') return 408
  return error.code === 'upstream_credential' ? 500 : error.status
}
