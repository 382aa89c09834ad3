import type { Usage } from '../domain/usage.ts'

/** Where each bucket of usage is kept, in every engine, of an inference and of an attempt. */
export const USAGE_COLUMNS = {
  input: 'usage_input',
  cacheRead: 'usage_cache_read',
  cacheWrite: 'usage_cache_write',
  cacheWrite1h: 'usage_cache_write_1h',
  audioInput: 'usage_audio_input',
  imageInput: 'usage_image_input',
  output: 'usage_output',
  reasoning: 'usage_reasoning',
  audioOutput: 'usage_audio_output',
} as const satisfies Record<keyof Usage, string>

type UsageColumn = (typeof USAGE_COLUMNS)[keyof Usage]

/** What is added up of many: the buckets in their order, their totals, and the cost. */
export const SUMMED_COLUMNS = [
  ...Object.values(USAGE_COLUMNS),
  'input_tokens',
  'output_tokens',
  'cost_nano',
] as const

/** The usage whose buckets stand in these columns. */
export function usageIn(read: (column: UsageColumn) => number | null): Usage {
  return {
    input: read(USAGE_COLUMNS.input),
    cacheRead: read(USAGE_COLUMNS.cacheRead),
    cacheWrite: read(USAGE_COLUMNS.cacheWrite),
    cacheWrite1h: read(USAGE_COLUMNS.cacheWrite1h),
    audioInput: read(USAGE_COLUMNS.audioInput),
    imageInput: read(USAGE_COLUMNS.imageInput),
    output: read(USAGE_COLUMNS.output),
    reasoning: read(USAGE_COLUMNS.reasoning),
    audioOutput: read(USAGE_COLUMNS.audioOutput),
  }
}

/** In the order of their columns. */
export const USAGE_BUCKETS = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
  'output',
  'reasoning',
  'audioOutput',
] as const satisfies readonly (keyof Usage)[]

/** The columns of a usage with their values: unknown ones are null. */
export function usageEntries(usage: Usage | null): (readonly [UsageColumn, number | null])[] {
  return USAGE_BUCKETS.map((bucket) => [USAGE_COLUMNS[bucket], usage?.[bucket] ?? null])
}
