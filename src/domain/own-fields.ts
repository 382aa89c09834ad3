import type { JsonObject } from '../lib/json.ts'

/** What its provider says of a piece in fields that we have no noun for, and the wire it came by. */
export interface Own {
  readonly raw?: JsonObject
  readonly wire?: string
}

/**
 * The fields that providers want back with the piece they were of: whether it is the answer, of
 * which group its tool is, which program called it. Source: OpenAI and Claude API references.
 */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  openai_responses: ['phase', 'namespace', 'caller'],
  anthropic_messages: ['caller', 'toolset_name'],
}

export function ownFields(piece: JsonObject, wire: string): Own {
  const told = (FIELDS[wire] ?? []).flatMap((name) => {
    const value = piece[name] ?? null
    return value === null ? [] : [[name, value] as const]
  })
  return told.length > 0 ? { raw: Object.fromEntries(told), wire } : {}
}

/** Those of a piece in the words of this wire: none where they are another's. */
export function fieldsFor({ raw, wire }: Own, named: string): JsonObject {
  return raw && wire === named ? raw : {}
}
