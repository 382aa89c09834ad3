import { GatewayError } from '../domain/errors.ts'
import type { JsonObject } from '../lib/json.ts'
import type { BatchCall } from './batch.ts'

export function getCall(url: string): BatchCall {
  return { method: 'GET', url, body: null }
}

export function postCall(url: string, json: JsonObject): BatchCall {
  const body = Buffer.from(JSON.stringify(json))
  return { method: 'POST', url, body, contentType: 'application/json' }
}

/** An answer that lacks what the next step needs. */
export function unreadable(why: string): GatewayError {
  return new GatewayError('upstream_bad_response', `The provider's answer cannot be used: ${why}.`)
}
