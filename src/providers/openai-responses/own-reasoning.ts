import {
  asArray,
  asObject,
  asString,
  type Json,
  type JsonObject,
  objectsIn,
} from '../../lib/json.ts'

/** OpenAI's own models, by the names that OpenAI and Azure have for them. */
const OPENAI = /^(?:gpt-(?!oss)|chatgpt|codex|computer-use|o\d)/i

/** How the names begin that our answers give to reasoning without one. */
const OURS = 'rs_weir'

/** OpenAI encrypts into letters, digits, `-` and `_`; others' secrets are UUIDs or plain base64. */
const OTHERS = [/[+/:]/, /^[0-9a-f]{8}-[0-9a-f]{4}-/i, /^rsn_/]

/**
 * A conversation in this format for a model of OpenAI's: without reasoning that others encrypted or
 * said in the open, which it would refuse with the whole call. Gives back what it got where there is
 * none.
 */
export function withOwnReasoning(body: JsonObject, model: string): JsonObject {
  if (!OPENAI.test(model)) return body
  const items = asArray(body['input'])
  const own = items.filter(isOwn)
  return own.length === items.length ? body : { ...body, input: own }
}

function isOwn(item: Json): boolean {
  const said = asObject(item)
  if (said?.['type'] !== 'reasoning') return true
  const secret = asString(said['encrypted_content'])
  if ('signature' in said || !/openai/.test(asString(said['format']) ?? 'openai')) return false
  if (secret !== undefined) return !OTHERS.some((pattern) => pattern.test(secret))
  const id = asString(said['id']) ?? ''
  if (id.startsWith(OURS)) return false
  // What OpenAI has kept itself it knows by its name.
  return id.startsWith('rs_') || objectsIn(said['content']).length === 0
}
