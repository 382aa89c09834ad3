import { asObject, asString, type Json, type JsonObject } from '../../lib/json.ts'
import { withPieces } from '../../lib/json-pieces.ts'

/** What a thought says of its maker. */
interface Marks {
  readonly id?: string | undefined
  readonly format?: string | undefined
  readonly signature?: string | undefined
  readonly data?: string | undefined
}

/** What other makers have where Claude signs: a UUID, a hash, OpenAI's encrypted reasoning. */
const OTHERS = [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+$/i, /^(?:[0-9a-f]{32}){1,2}$/i, /^gAAAA/]

/** Whether a thought cannot be Claude's: it would be refused, and the whole call with it. */
export function isForeign({ id, format = 'anthropic', signature = '', data = '' }: Marks): boolean {
  if (!/anthropic|claude/.test(format) || id?.startsWith('rs_') === true) return true
  return OTHERS.some((pattern) => pattern.test(signature) || pattern.test(data))
}

/**
 * A conversation in this format for a model of Claude's: without thoughts that others signed or
 * nobody did, as when another model answered before. Gives back what it got where there are none.
 */
export function withOwnThoughts(body: JsonObject, model: string): JsonObject {
  return /claude/i.test(model) ? withPieces(body, ['messages', 'content'], cleanBlock) : body
}

function cleanBlock(block: Json): Json[] {
  const said = asObject(block)
  const type = said?.['type']
  if (!said || (type !== 'thinking' && type !== 'redacted_thinking')) return [block]
  const { id, format, ...own } = said
  const signature = asString(own['signature'])
  const data = asString(own['data'])
  const isSealed = Boolean(type === 'thinking' ? signature : data)
  const marks = { id: asString(id), format: asString(format), signature, data }
  if (!isSealed || isForeign(marks)) return []
  // Our answers name thoughts that have names; Claude knows none.
  return [id === undefined && format === undefined ? block : own]
}
