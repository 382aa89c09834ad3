import { UNKNOWN_USAGE, type Usage } from '../../domain/usage.ts'
import { asNumber, asObject, type Json, type JsonObject } from '../../lib/json.ts'

/**
 * OpenAI's usage object as disjoint buckets. `prompt_tokens` and `completion_tokens` include their
 * details, except where `total_tokens` shows that reasoning was counted apart (xAI).
 * Source: OpenAI API reference, "The chat completion object"; DeepSeek and OpenRouter for the rest.
 */
export function readUsage(raw: JsonObject): Usage {
  const input = asObject(raw['prompt_tokens_details']) ?? {}
  const output = asObject(raw['completion_tokens_details']) ?? {}
  const beside = number(raw['reasoning_tokens'])
  const told = number(output['reasoning_tokens']) ?? beside
  const prompt = number(raw['prompt_tokens'])
  const completion = completionTokens(raw, prompt, told)
  // Perplexity's deep research counts what it thought in none of its totals.
  const reasoning = told === beside && (beside ?? 0) > (completion ?? 0) ? null : told

  const cacheRead = number(input['cached_tokens']) ?? first(raw, CACHED)
  const cacheWrite = first(input, WRITTEN) ?? number(raw['cache_creation_input_tokens'])
  const [freshInput, inputParts] = split(prompt, [
    cacheRead,
    cacheWrite,
    number(input['audio_tokens']),
    number(input['image_tokens']),
  ])
  const [text, outputParts] = split(completion, [reasoning, number(output['audio_tokens'])])
  return {
    ...UNKNOWN_USAGE,
    input: freshInput,
    cacheRead: inputParts[0] ?? null,
    cacheWrite: inputParts[1] ?? null,
    audioInput: inputParts[2] ?? null,
    imageInput: inputParts[3] ?? null,
    output: text,
    reasoning: outputParts[0] ?? null,
    audioOutput: outputParts[1] ?? null,
  }
}

/** What DeepSeek, Moonshot, Mistral and Databricks call the part of the prompt that was cached. */
const CACHED = [
  'prompt_cache_hit_tokens',
  'cached_tokens',
  'num_cached_tokens',
  'cache_read_input_tokens',
]

/** What OpenAI and OpenRouter, Alibaba, and LiteLLM call the part of it that was written to a cache. */
const WRITTEN = ['cache_write_tokens', 'cache_creation_input_tokens', 'cache_creation_tokens']

/** xAI counts money in ten-billionths of a dollar. Source: xAI docs, "Cost tracking". */
const TICKS_A_DOLLAR = 1e10

/**
 * What the provider itself says it charges, US dollars: OpenRouter and Vercel a number, Perplexity
 * and Venice an object, DeepInfra an estimate, xAI ticks.
 */
export function costIn(raw: JsonObject): number | undefined {
  const cost = asObject(raw['cost']) ?? {}
  const ticks = asNumber(raw['cost_in_usd_ticks'])
  return (
    asNumber(raw['cost']) ??
    asNumber(cost['total_cost']) ??
    asNumber(cost['usd']) ??
    asNumber(raw['estimated_cost']) ??
    (ticks === undefined ? undefined : ticks / TICKS_A_DOLLAR)
  )
}

function first(raw: JsonObject, names: readonly string[]): number | null {
  return names.map((name) => number(raw[name])).find((count) => count !== null) ?? null
}

function completionTokens(
  raw: JsonObject,
  prompt: number | null,
  reasoning: number | null,
): number | null {
  const completion = number(raw['completion_tokens'])
  const total = number(raw['total_tokens'])
  if (completion === null || reasoning === null || reasoning === 0) return completion
  const countedApart =
    total !== null && prompt !== null && prompt + completion + reasoning === total
  return countedApart ? completion + reasoning : completion
}

/** Takes parts out of a total so that they and what is left add up to it, whatever was said. */
export function split(
  total: number | null,
  parts: readonly (number | null)[],
): [number | null, (number | null)[]] {
  if (total === null) return [null, [...parts]]
  let left = total
  const taken = parts.map((part) => {
    if (part === null) return null
    const share = Math.min(part, left)
    left -= share
    return share
  })
  return [left, taken]
}

function number(value: Json | undefined): number | null {
  const count = asNumber(value)
  return count === undefined || count < 0 ? null : count
}
