import type { ProviderError } from '../../domain/chat.ts'
import { errorWords } from '../../lib/error-words.ts'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  objectsIn,
  type Json,
  type JsonObject,
} from '../../lib/json.ts'

/**
 * The error in a body of the OpenAI family, in the shapes seen: `{error: {...}}`, the same in a list
 * (Google), a list in it (Cloudflare), `{error: "…"}` (xAI, Venice, TGI), flat `{message, type, code}` with `object: "error"`
 * (Mistral) or alone (Cerebras, Databricks), `{detail}` (FastAPI servers), `{errors: […]}`
 * (Cloudflare), `{base_resp: {status_code, status_msg}}` (MiniMax). Null when the body is no error.
 */
export function readError(body: unknown): ProviderError | null {
  const object = asObject(Array.isArray(body) ? asArray(body)[0] : body)
  if (!object) return null
  const { error: said } = object
  // Hugging Face has listed its words.
  const error = Array.isArray(said) && typeof said[0] === 'string' ? errorWords(said) : said
  if (typeof error === 'string' && (error !== '' || !('choices' in object))) {
    const type = object['type'] ?? object['error_type']
    return made(error, object['code'], type, { raw: object, beside: besideError(object) })
  }
  const inner = asObject(Array.isArray(error) ? error[0] : error)
  if (inner) {
    return made(messageOf(inner), inner['code'], inner['type'], {
      raw: inner,
      beside: besideError(object),
    })
  }
  const refusal = refusalIn(object)
  if (refusal || 'choices' in object) return refusal
  return bareError(object)
}

/** The same, inside an answer: there no status of HTTP says what kind it is of, but its words do. */
export function readErrorInside(body: JsonObject): ProviderError | null {
  const error = readError(body)
  if (!error || error.status !== null) return error
  const meant = MEANT.get(String(error.code)) ?? MEANT.get(error.type ?? '')
  return meant === undefined ? error : { ...error, status: meant }
}

/** Source: OpenAI's, Moonshot's and Groq's references, codes and types of errors. */
const MEANT: ReadonlyMap<string, number> = new Map([
  ['rate_limit_exceeded', 429],
  ['rate_limit_error', 429],
  ['insufficient_quota', 429],
  ['server_error', 500],
  ['internal_server_error', 500],
  ['service_unavailable', 503],
  ['service_unavailable_error', 503],
  ['engine_overloaded_error', 503],
  ['server_is_overloaded', 503],
  ['slow_down', 503],
])

/** MiniMax says how it went in every answer. */
function refusalIn({ base_resp: said }: JsonObject): ProviderError | null {
  const raw = asObject(said)
  const code = raw?.['status_code']
  if (!raw || !code) return null
  return made(asString(raw['status_msg']) ?? '', code, null, { raw, beside: {} })
}

/** Without a field named `error`. */
function bareError(object: JsonObject): ProviderError | null {
  if (object['object'] === 'error' || typeof object['message'] === 'string') {
    const code = object['code'] ?? object['error_code']
    return made(messageOf(object), code, object['type'], { raw: object, beside: {} })
  }
  const [listed] = objectsIn(object['errors'])
  if (listed && object['success'] !== true) {
    return made(messageOf(listed), listed['code'], listed['type'], { raw: object, beside: {} })
  }
  const { detail } = object
  if (detail === undefined || detail === null) return null
  return made(errorWords(detail) || JSON.stringify(detail), null, null, { raw: object, beside: {} })
}

function besideError(object: JsonObject): JsonObject {
  const { error: _error, ...beside } = object
  return beside
}

function made(
  message: string,
  code: Json | undefined,
  type: Json | undefined,
  { raw, beside }: Pick<ProviderError, 'raw' | 'beside'>,
): ProviderError {
  const number = asNumber(code) ?? Number.parseInt(asString(code) ?? '', 10)
  return {
    message: message === '' ? 'The provider gave no message.' : message,
    status: number >= 400 && number < 600 ? number : null,
    code: asString(code) ?? asNumber(code) ?? null,
    type: asString(type) ?? null,
    raw,
    beside,
  }
}

function messageOf(error: JsonObject): string {
  const silent = error['message'] === '' ? '' : JSON.stringify(error)
  return errorWords(error) || silent
}
