import type { GatewayError } from '../domain/errors.ts'
import type { Trace } from '../engine/trace.ts'
import { headerOf, type Headers } from '../lib/transport.ts'

/** Headers of a provider that a client may want. All others, cookies above all, stay here. */
const PASSED = /^(openai-|x-ratelimit-|x-request-id$|x-groq-|request-id$|retry-after)/

export function upstreamHeaders(headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = PASSED.test(name) ? headerOf(headers, name) : undefined
    if (value !== undefined) passed[name] = value
  }
  return passed
}

/** What the gateway itself has to say of a request. */
export function weirHeaders(trace: Trace): Record<string, string> {
  const headers: Record<string, string> = {
    'x-weir-inference-id': trace.id,
    'x-weir-episode-id': trace.episodeId,
  }
  if (trace.last?.cached) headers['x-weir-cache'] = 'hit'
  if (trace.warnings.length > 0) {
    headers['x-weir-warnings'] = trace.warnings.join('; ').replaceAll(/[^\x20-\x7e]/g, '?')
  }
  return headers
}

export function errorHeaders(error: GatewayError): Record<string, string> {
  const { retryAfterS } = error.context
  if (retryAfterS !== undefined) return { 'retry-after': String(Math.ceil(retryAfterS)) }
  return error.status === 503 ? { 'retry-after': '1' } : {}
}
