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

/** What an answer uses that was given before. */
export const NO_USAGE: Usage = { ...UNKNOWN_USAGE, input: 0, output: 0 }

/** Of an answer without words, such as an embedding: it says nothing, so that much is known. */
export function silent(usage: Usage): Usage {
  return totalOutput(usage) === null ? { ...usage, output: 0 } : usage
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

/**
 * Two reports of one answer: the later one counts, where it speaks of that side at all. Reports are
 * cumulative at some providers, and at some the first tells the input and the last the output.
 */
export function mergeUsage(a: Usage, b: Usage): Usage {
  return { ...mergeSide(a, b, 'input', INPUT), ...mergeSide(a, b, 'output', OUTPUT) }
}

/**
 * What two answers used together. A total that one of them does not tell is unknown of both; what
 * is known of caches is kept.
 */
export function addUsage(a: Usage, b: Usage): Usage {
  return { ...addSide(a, b, INPUT, totalInput), ...addSide(a, b, OUTPUT, totalOutput) }
}

function addSide<Bucket extends keyof Usage>(
  a: Usage,
  b: Usage,
  buckets: readonly Bucket[],
  total: (usage: Usage) => number | null,
): Pick<Usage, Bucket> {
  const unknown = total(a) === null || total(b) === null
  const entries = buckets.map((bucket) => {
    const isCache = bucket.startsWith('cache')
    return [bucket, unknown && !isCache ? null : sum([a[bucket], b[bucket]])]
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made of just these buckets
  return Object.fromEntries(entries) as Pick<Usage, Bucket>
}

const INPUT = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
] as const
const OUTPUT = ['output', 'reasoning', 'audioOutput'] as const

/** The buckets of a side belong together: mixed from two reports they would count twice. */
function mergeSide<Bucket extends keyof Usage>(
  a: Usage,
  b: Usage,
  main: Bucket,
  buckets: readonly Bucket[],
): Pick<Usage, Bucket> {
  const said = sum(buckets.map((bucket) => b[bucket])) ?? 0
  const whole = b[main] !== null && (said > 0 || a[main] === null)
  const entries = buckets.map((bucket) => [
    bucket,
    whole ? (b[bucket] ?? (said > 0 ? null : a[bucket])) : larger(a[bucket], b[bucket]),
  ])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made of just these buckets
  return Object.fromEntries(entries) as Pick<Usage, Bucket>
}

function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0)
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.max(a, b)
}
