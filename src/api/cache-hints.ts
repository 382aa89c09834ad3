import { asObject, asString, type JsonObject } from '../lib/json.ts'

interface CacheHints {
  readonly cacheControl?: JsonObject
  readonly breakpoint?: JsonObject
}

/**
 * Up to where a prompt is worth caching, in Anthropic's words or OpenAI's: the latter are told to
 * Anthropic's models too, whose caches live for 5 minutes or an hour.
 * Source: OpenAI API reference, `prompt_cache_breakpoint`; Claude docs, "Prompt caching".
 */
export function cacheHints(piece: JsonObject): CacheHints {
  const breakpoint = asObject(piece['prompt_cache_breakpoint'])
  const cacheControl = asObject(piece['cache_control'])
  if (!breakpoint) return cacheControl ? { cacheControl } : {}
  const ttl = asString(breakpoint['ttl']) === undefined ? {} : { ttl: '1h' }
  return { breakpoint, cacheControl: cacheControl ?? { type: 'ephemeral', ...ttl } }
}
