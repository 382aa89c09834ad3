import type { ProviderError } from '../../domain/chat.ts'
import { asArray, asObject, asString } from '../../lib/json.ts'
import { readError } from '../openai-chat/errors.ts'

/** The status that each kind of error has, for errors inside a stream. Source: Claude docs, "Errors". */
const STATUS: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

/** `{type: "error", error: {type, message}, request_id}`; hosts of Claude have others, one in a list. */
export function readAnthropicError(body: unknown): ProviderError | null {
  const object = asObject(Array.isArray(body) ? asArray(body)[0] : body)
  if (!object || object['type'] === 'message') return null
  const said = readError(object)
  const type = asString(asObject(object['error'])?.['type'])
  if (!said || type === undefined) return said
  return { ...said, status: said.status ?? STATUS[type] ?? null }
}
