import { asArray, asObject, asString, type JsonObject } from '../../../src/lib/json.ts'
import type { Facts } from '../facts.ts'

export type Event = { readonly name: string; readonly body: JsonObject }

export const text = (value: unknown) => (typeof value === 'string' ? value : '')

export function errorOf(body: JsonObject): Facts['error'] {
  const error = asObject(body['error'])
  const said = error ?? body
  const lists = [body['error'], body['detail'], body['errors']]
  const first = asArray(lists.find((list) => asArray(list).length > 0))[0]
  const words = text(first) || text(asObject(first)?.['msg']) || text(asObject(first)?.['message'])
  const inner = asString(said['message']) ?? asString(said['Message']) ?? asString(body['error'])
  return { status: null, message: inner ?? (words || text(body['detail'])) }
}

/** xAI's own searches of X look like calls for the client, and are done already. */
export function isSearchOfX(item: JsonObject): boolean {
  return text(item['call_id']).startsWith('xs_')
}

export function addSecrets(facts: Facts, values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'string' && value !== '') facts.secrets.push(value)
  }
}
