import type { ChatParams, FileBlock, TextBlock } from '../../domain/chat.ts'
import { blake3Hex } from '../../lib/hash.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import type { Leftovers } from '../leftovers.ts'

export const WIRE = 'openai_chat'

/** Fields that have a value. */
export function withoutUndefined(fields: Record<string, Json | undefined>): JsonObject {
  const kept = Object.entries(fields).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  )
  return Object.fromEntries(kept)
}

/**
 * Claude Code's names of users have 160 characters. OpenAI's reference says 128 for the newer
 * `safety_identifier` and nothing for `user`; refusals above 64 are known from reports alone.
 */
const LONGEST_USER = 64

/** Who asks; a name that is too long by its hash, which tells users apart as well. */
export function userOf({ user }: ChatParams, left: Leftovers): string | undefined {
  if (user === undefined || user.length <= LONGEST_USER) return user
  left.add(`\`user\` of more than ${LONGEST_USER} characters (its hash is sent)`)
  return blake3Hex(user)
}

/** Where a prompt is worth caching, in OpenAI's words, alike in both of its formats. */
export function breakpointOf({ breakpoint }: TextBlock | FileBlock): JsonObject {
  return breakpoint ? { prompt_cache_breakpoint: breakpoint } : {}
}
