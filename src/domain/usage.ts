/**
 * Tokens of one answer in disjoint buckets: their sum is the provider's total. `null` means the
 * provider did not say, 0 means it said none. Names follow OpenTelemetry GenAI where it has one.
 */
export interface Usage {
  /** Fresh input tokens: neither read from a cache nor audio nor image. */
  readonly input: number | null
  readonly cacheRead: number | null
  /** Written to a cache that lives five minutes (or whose life is not told). */
  readonly cacheWrite: number | null
  /** Written to a cache that lives an hour. */
  readonly cacheWrite1h: number | null
  readonly audioInput: number | null
  readonly imageInput: number | null
  /** Output tokens that are neither reasoning nor audio. */
  readonly output: number | null
  readonly reasoning: number | null
  readonly audioOutput: number | null
}

export const UNKNOWN_USAGE: Usage = {
  input: null,
  cacheRead: null,
  cacheWrite: null,
  cacheWrite1h: null,
  audioInput: null,
  imageInput: null,
  output: null,
  reasoning: null,
  audioOutput: null,
}

/** All input tokens, cached ones included: what OpenAI calls `prompt_tokens`. */
export function totalInput(usage: Usage): number | null {
  return sum([
    usage.input,
    usage.cacheRead,
    usage.cacheWrite,
    usage.cacheWrite1h,
    usage.audioInput,
    usage.imageInput,
  ])
}

/** All output tokens, reasoning included: what OpenAI calls `completion_tokens`. */
export function totalOutput(usage: Usage): number | null {
  return sum([usage.output, usage.reasoning, usage.audioOutput])
}

/** What is left of a total without the parts that stand in buckets of their own. */
export function restOf(total: number | null, parts: readonly (number | null)[]): number | null {
  if (total === null) return null
  return Math.max(0, total - (sum([...parts]) ?? 0))
}

/** Later reports are cumulative at some providers and partial at others: the larger one is true. */
export function mergeUsage(a: Usage, b: Usage): Usage {
  return {
    input: larger(a.input, b.input),
    cacheRead: larger(a.cacheRead, b.cacheRead),
    cacheWrite: larger(a.cacheWrite, b.cacheWrite),
    cacheWrite1h: larger(a.cacheWrite1h, b.cacheWrite1h),
    audioInput: larger(a.audioInput, b.audioInput),
    imageInput: larger(a.imageInput, b.imageInput),
    output: larger(a.output, b.output),
    reasoning: larger(a.reasoning, b.reasoning),
    audioOutput: larger(a.audioOutput, b.audioOutput),
  }
}

function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0)
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.max(a, b)
}
