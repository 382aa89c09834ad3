import { withoutPrefix } from '../../engine/resolve-model.ts'
import { asArray, asNumber, asObject, asString, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { FIELD } from '../server-work/carried.ts'

const PREFIX = 'tensorzero::'
/** Where TensorZero puts what OpenAI has no place for. */
const EXTRA = 'tensorzero_extra_content'

/**
 * Messages with TensorZero's own blocks and fields turned into OpenAI's, as any OpenAI server would
 * take them; null when there are none.
 * Source: spec §2.3, "Messages": raw text, templates, MIME types, thoughts that come back.
 */
export function cleanMessages(messages: Json | undefined): readonly Json[] | null {
  return withUnknownBlocks(messages)?.map(withoutExtra) ?? null
}

/** The same, but for blocks that only their provider can read: they stay where they are. */
export function withUnknownBlocks(messages: Json | undefined): readonly Json[] | null {
  let changed = false
  const cleaned = asArray(messages).map((value) => {
    const message = asObject(value)
    const own = message && isOwn(message) ? cleanMessage(message) : undefined
    changed ||= own !== undefined
    return own ?? value
  })
  return changed ? cleaned : null
}

/** A message without what OpenAI has no place for. */
export function withoutExtra(message: Json): Json {
  const said = asObject(message)
  if (!said || !hasExtra(said)) return message
  const { [EXTRA]: _extra, [FIELD]: _own, ...rest } = said
  const { tool_calls: calls } = rest
  return Array.isArray(calls) ? { ...rest, tool_calls: calls.map(withoutField) } : rest
}

/** A call without what its provider said of it, which none but that one knows. */
function withoutField(call: Json): Json {
  const { [FIELD]: own, ...rest } = asObject(call) ?? {}
  return own === undefined ? call : rest
}

function hasExtra(message: JsonObject): boolean {
  if (EXTRA in message || FIELD in message) return true
  return asArray(message['tool_calls']).some((call) => asObject(call)?.[FIELD] !== undefined)
}

/** The blocks of a message that only their provider can read. */
export function unknownBlocksIn(message: JsonObject): JsonObject[] {
  return objectsIn(message[EXTRA]).filter(({ type }) => type === 'unknown')
}

function isOwn(message: JsonObject): boolean {
  if (hasExtra(message)) return true
  return asArray(message['content']).some((piece) => isOwnBlock(asObject(piece)))
}

function isOwnBlock(block: JsonObject | undefined): boolean {
  if (!block) return false
  if (asString(block['type'])?.startsWith(PREFIX)) return true
  return Object.entries(block).some(
    ([key, value]) => key.startsWith(PREFIX) || Object.keys(asObject(value) ?? {}).some(isOwnKey),
  )
}

function isOwnKey(key: string): boolean {
  return key.startsWith(PREFIX)
}

function cleanMessage(message: JsonObject): JsonObject {
  const { [EXTRA]: extra, ...rest } = message
  const cleaned: JsonObject = { ...thoughtsOf(extra, rest), ...rest }
  const unknown = unknownBlocksIn(message)
  if (unknown.length > 0) cleaned[EXTRA] = unknown
  if (Array.isArray(rest['content'])) cleaned['content'] = rest['content'].map(cleanBlock)
  return cleaned
}

/** Thoughts as the fields that providers of this wire give and take, unless those came too. */
function thoughtsOf(extra: Json | undefined, message: JsonObject): JsonObject {
  const given = ['reasoning', 'reasoning_content', 'reasoning_details']
  if (given.some((field) => field in message)) return {}
  const thoughts = objectsIn(extra)
    .filter((block) => block['type'] === 'thought')
    .toSorted((a, b) => (asNumber(a['insert_index']) ?? 0) - (asNumber(b['insert_index']) ?? 0))
  if (thoughts.length === 0) return {}
  const text = thoughts.map((thought) => asString(thought['text']) ?? '').join('')
  const details = thoughts.flatMap((thought) => {
    return asArray(asObject(thought['extra_data'])?.['reasoning_details'])
  })
  return {
    ...(text !== '' && { reasoning: text }),
    ...(details.length > 0 && { reasoning_details: details }),
  }
}

function cleanBlock(piece: Json): Json {
  const block = asObject(piece)
  if (!block || !isOwnBlock(block)) return piece
  const type = asString(block['type']) ?? ''
  if (type === `${PREFIX}raw_text`) return { type: 'text', text: block['value'] ?? '' }
  if (type.startsWith(PREFIX) || `${PREFIX}arguments` in block) {
    // Only a function has templates.
    throw withoutPrefix()
  }
  return withoutOwnKeys(block)
}

function withoutOwnKeys(block: JsonObject): JsonObject {
  const kept = Object.entries(block).filter(([key]) => !isOwnKey(key))
  return Object.fromEntries(
    kept.map(([key, value]) => {
      const inner = asObject(value)
      return [key, inner ? withoutOwnKeys(inner) : value]
    }),
  )
}
