import type { ProviderError } from '../../domain/chat.ts'
import { asString } from '../../lib/json.ts'
import { asObject } from '../../lib/json.ts'
import { readError } from '../openai-chat/errors.ts'

/** `{error: {code, message, status, details}}`, or that in a list. Source: google.rpc.Status. */
export function readGeminiError(body: unknown): ProviderError | null {
  const object = asObject(Array.isArray(body) ? body[0] : body)
  if (!object || !('error' in object)) return null
  const said = readError(object)
  const status = asString(asObject(object['error'])?.['status'])
  return said && status !== undefined ? { ...said, type: said.type ?? status } : said
}
