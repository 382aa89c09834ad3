import { UNKNOWN_USAGE, type Usage } from '../domain/usage.ts'
import { wholeOrNull } from './row.ts'

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

/** The columns of a usage with their values: unknown ones are null. Made for every record. */
export function usageValues(usage: Usage | null): Record<UsageColumn, number | null> {
  const told = usage ?? UNKNOWN_USAGE
  return {
    usage_input: wholeOrNull(told.input),
    usage_cache_read: wholeOrNull(told.cacheRead),
    usage_cache_write: wholeOrNull(told.cacheWrite),
    usage_cache_write_1h: wholeOrNull(told.cacheWrite1h),
    usage_audio_input: wholeOrNull(told.audioInput),
    usage_image_input: wholeOrNull(told.imageInput),
    usage_output: wholeOrNull(told.output),
    usage_reasoning: wholeOrNull(told.reasoning),
    usage_audio_output: wholeOrNull(told.audioOutput),
  }
}
