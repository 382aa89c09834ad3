import type { Part } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'
import { operationUsage } from './usage.ts'

/** An answer that is all the provider's own: only what it used has a noun. */
export function readPlain(body: JsonObject): Part[] {
  return [{ type: 'raw', level: 'response', fields: body }, ...operationUsage(body)]
}
