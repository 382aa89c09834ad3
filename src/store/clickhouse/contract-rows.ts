import { isUuid } from '../../domain/ids.ts'
import { nativeOf } from '../../domain/native-of.ts'
import type { NativeInference, ToolWords } from '../../domain/native.ts'
import { type AttemptRecord, BATCH_DIALECT, type InferenceRecord } from '../../domain/record.ts'
import { totalInput, totalOutput, type Usage } from '../../domain/usage.ts'
import { asArray, asObject, asString } from '../../lib/json.ts'
import { tagsText } from './record-rows.ts'
import type { Row } from '../row.ts'
import { wellFormedJson } from './values.ts'

/** Rows for TensorZero's tables, by table. */
export interface ContractRows {
  readonly ChatInference: readonly Row[]
  readonly JsonInference: readonly Row[]
  readonly ModelInference: readonly Row[]
}

/**
 * What TensorZero would have recorded of these: its tables hold answered inferences of functions and
 * models only, and the calls that were answered. Ids that are no UUIDs have no place in them.
 */
export function contractRows(records: readonly InferenceRecord[]): ContractRows {
  const known = records.filter(isInference).map((record) => ({ record, native: nativeOf(record) }))
  const of = (type: NativeInference['type']) => known.filter(({ native }) => native.type === type)
  return {
    ChatInference: of('chat').map(({ record, native }) => chatRow(record, native)),
    JsonInference: of('json').map(({ record, native }) => jsonRow(record, native)),
    ModelInference: known.flatMap(({ record }) => modelRows(record)),
  }
}

function isInference(record: InferenceRecord): boolean {
  if (record.outcome !== 'ok' || !isUuid(record.id) || !isUuid(record.episodeId)) return false
  return Boolean(record.native) || record.input.length > 0
}

function chatRow(record: InferenceRecord, native: NativeInference): Row {
  return { ...commonColumns(record, native), ...toolColumns(native) }
}

export function toolColumns(words: ToolWords): Row {
  return {
    tool_params: '',
    dynamic_tools: asArray(words.additional_tools).map(wellFormedJson),
    dynamic_provider_tools: asArray(words.provider_tools).map(wellFormedJson),
    allowed_tools: jsonOrNull(words.allowed_tools),
    tool_choice: jsonOrNull(words.tool_choice),
    parallel_tool_calls: words.parallel_tool_calls ?? null,
  }
}

function jsonRow(record: InferenceRecord, native: NativeInference): Row {
  return {
    ...commonColumns(record, native),
    output_schema: wellFormedJson(native.output_schema ?? {}),
    auxiliary_content: wellFormedJson(native.auxiliary_content ?? []),
  }
}

function commonColumns(record: InferenceRecord, native: NativeInference): Row {
  return {
    id: record.id,
    function_name: record.functionName.toWellFormed(),
    variant_name: record.variantName.toWellFormed(),
    episode_id: record.episodeId,
    input: wellFormedJson(native.input),
    output: wellFormedJson(native.output),
    inference_params: wellFormedJson(native.inference_params),
    processing_time_ms: record.dialect === BATCH_DIALECT ? null : milliseconds(record.latencyUs),
    tags: tagsText(record.tags),
    extra_body: wellFormedJson(native.extra_body),
    ttft_ms: milliseconds(record.ttftUs),
    snapshot_hash: snapshotHash(record.configHash),
  }
}

function modelRows(record: InferenceRecord): Row[] {
  return record.attempts
    .filter((attempt) => attempt.error === null && isUuid(attempt.id))
    .map((attempt) => modelRow(record, attempt))
}

function modelRow(record: InferenceRecord, attempt: AttemptRecord): Row {
  const { input, output } = nativeOf({
    ...record,
    native: null,
    input: attempt.input ?? record.input,
    output: attempt.output ?? record.output,
    attempts: [attempt],
  })
  return {
    id: attempt.id,
    inference_id: record.id,
    raw_request: attempt.rawRequest.toWellFormed(),
    raw_response: attempt.rawResponse.toWellFormed(),
    model_name: (attempt.model ?? record.model ?? '').toWellFormed(),
    model_provider_name: attempt.provider.toWellFormed(),
    ...tokenColumns(attempt.usage),
    response_time_ms:
      record.dialect === BATCH_DIALECT ? null : milliseconds(attempt.endedUs - attempt.startedUs),
    ttft_ms: attempt.ttftUs === null ? null : milliseconds(attempt.ttftUs - attempt.startedUs),
    system: asString(asObject(input)?.['system'])?.toWellFormed() ?? null,
    input_messages: wellFormedJson(asObject(input)?.['messages'] ?? []),
    output: wellFormedJson(output),
    cached: attempt.cached ?? false,
    finish_reason: attempt.finish,
    snapshot_hash: snapshotHash(record.configHash),
    cost: dollars(attempt.costNano),
    function_name: record.functionName.toWellFormed(),
    variant_name: (attempt.variant || record.variantName).toWellFormed(),
  }
}

function tokenColumns(usage: Usage | null): Row {
  return {
    input_tokens: usage && count(totalInput(usage)),
    output_tokens: usage && count(totalOutput(usage)),
    provider_cache_read_input_tokens: usage && count(usage.cacheRead),
    provider_cache_write_input_tokens: usage && count(usage.cacheWrite),
  }
}

const MOST = 0xff_ff_ff_ff

function count(value: number | null): number | null {
  return value === null ? null : Math.max(0, Math.min(MOST, Math.round(value)))
}

function milliseconds(us: number | null): number | null {
  return us === null ? null : count(us / 1000)
}

const MOST_NANO = 999_999_999n * 1_000_000_000n

/** Nine places after the point, exactly. */
function dollars(nano: number | null): string | null {
  if (nano === null || !Number.isFinite(nano)) return null
  const whole = BigInt(Math.round(nano))
  const size = whole < 0n ? -whole : whole
  const digits = (size > MOST_NANO ? MOST_NANO : size).toString().padStart(10, '0')
  return `${whole < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
}

const MOST_HASH = 2n ** 256n

/** A hash is a decimal number; what is none is not told. */
export function snapshotHash(hash: string): string | null {
  return /^\d{1,78}$/.test(hash) && BigInt(hash) < MOST_HASH ? hash : null
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : wellFormedJson(value)
}
