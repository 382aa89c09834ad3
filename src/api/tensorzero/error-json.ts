import type { Cause, GatewayError, TimeOut } from '../../domain/errors.ts'
import type { App } from '../app.ts'
import type { Json, JsonObject } from '../../lib/json.ts'

/**
 * An error as data, under TensorZero's names for what it wraps (`gateway.unstable_error_json`). The
 * names of the others are ours.
 */
export function errorJson(error: GatewayError): JsonObject {
  const { wraps, causes = [], limit } = error.context
  switch (wraps) {
    case 'variants':
      return { AllVariantsFailed: { errors: named(causes) } }
    case 'candidates':
      return { AllCandidatesFailed: { candidate_errors: named(causes) } }
    case 'providers':
      return { AllModelProvidersFailed: { provider_errors: named(causes) } }
    case 'retries':
      return { AllRetriesFailed: { errors: causes.map((cause): Json => errorJson(cause.error)) } }
    default:
      return limit ? timeOut(limit) : plain(error)
  }
}

/** The body of an error in TensorZero's own routes. */
export function plainError({ engine }: App, error: GatewayError): JsonObject {
  const withJson = engine.config().gateway.unstableErrorJson
  return { error: error.message, ...(withJson && { error_json: errorJson(error) }) }
}

/** Errors that TensorZero has a name of its own for, and what their messages begin with. */
const NAMED = [
  ['Invalid inference target: ', 'InvalidInferenceTarget'],
  ['Invalid request to OpenAI-compatible endpoint: ', 'InvalidOpenAICompatibleRequest'],
] as const

function plain({ code, message }: GatewayError): JsonObject {
  const [start, name] = NAMED.find(([words]) => message.startsWith(words)) ?? ['', pascal(code)]
  return { [name]: { message: message.slice(start.length) } }
}

function named(causes: readonly Cause[]): JsonObject {
  return Object.fromEntries(causes.map(({ name, error }) => [name, errorJson(error)]))
}

/** Durations as Rust's serde writes them. */
function timeOut({ owner, name, setting, ms }: TimeOut): JsonObject {
  const timeout = { secs: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 }
  const kind = setting.replace('.', '_').replace('_ms', '')
  switch (owner) {
    case 'variant':
      return { VariantTimeout: { variant_name: name, timeout, kind } }
    case 'model':
      return { ModelTimeout: { model_name: name, timeout, kind } }
    case 'provider':
      return { ModelProviderTimeout: { provider_name: name, timeout, kind } }
    case 'request':
      return { RequestTimeout: { timeout, kind } }
  }
}

function pascal(code: string): string {
  return code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
