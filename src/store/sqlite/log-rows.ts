import { type FinishReason, finishReasonIn } from '../../domain/chat.ts'
import { ERROR_KINDS, type ErrorCode } from '../../domain/errors.ts'
import type {
  AttemptReason,
  AttemptRecord,
  InferenceRecord,
  Outcome,
  UsageSource,
} from '../../domain/record.ts'
import { OUTCOMES } from '../../domain/record.ts'
import type { Usage } from '../../domain/usage.ts'
import type { LogRow, StoredInference } from '../store.ts'
import { costSourceOf } from './cost-source.ts'
import { usageIn } from '../usage-columns.ts'
import { OUTCOME_CODES } from './hot-schema.ts'
import type { Payload } from './payload.ts'
import { readNumber, readNumberOrNull, readText, readTextOrNull, type Row } from '../row.ts'
import { decodeId } from './values.ts'

/** Inferences with their names; a condition on `i.seq` follows. */
export const SELECT_INFERENCES = `
  SELECT i.*, dialect.name AS dialect_name, function.name AS function_name,
    variant.name AS variant_name, requested.name AS requested_model_name,
    model.name AS model_name, provider.name AS provider_name, error.name AS error_name,
    finish.name AS finish_name, config.name AS config_name
  FROM inference i
  JOIN dim dialect ON dialect.id = i.dialect
  JOIN dim function ON function.id = i.function
  JOIN dim variant ON variant.id = i.variant
  JOIN dim requested ON requested.id = i.requested_model
  JOIN dim config ON config.id = i.config_hash
  LEFT JOIN dim model ON model.id = i.model
  LEFT JOIN dim provider ON provider.id = i.provider
  LEFT JOIN dim error ON error.id = i.error
  LEFT JOIN dim finish ON finish.id = i.finish`

const nameOf = (column: string) => `(SELECT name FROM dim WHERE dim.id = i.${column})`

/** What `decodeLogRow` reads; a condition on `i` follows. */
export const SELECT_LOG_ROWS = `
  SELECT i.id, i.seq, i.episode_id, i.started_at, ${nameOf('function')} AS function_name,
    ${nameOf('variant')} AS variant_name, ${nameOf('requested_model')} AS requested_model_name,
    ${nameOf('model')} AS model_name, ${nameOf('provider')} AS provider_name, i.stream, i.outcome,
    i.status, i.error_message, i.input_tokens, i.output_tokens, i.cost_nano, i.latency_us,
    i.ttft_us, i.attempts, i.tags, i.input_preview, i.output_preview
  FROM inference i`

/** The attempts of one inference, by `seq`. */
export const SELECT_ATTEMPTS = `
  SELECT a.*, reason.name AS reason_name, provider.name AS provider_name,
    type.name AS provider_type_name, upstream.name AS upstream_model_name, url.name AS url_name,
    source.name AS usage_source_name, error.name AS error_name, finish.name AS finish_name,
    raw.name AS finish_raw_name, model.name AS model_name, variant.name AS variant_name
  FROM attempt a
  JOIN dim reason ON reason.id = a.reason
  JOIN dim provider ON provider.id = a.provider
  JOIN dim type ON type.id = a.provider_type
  JOIN dim upstream ON upstream.id = a.upstream_model
  JOIN dim url ON url.id = a.url
  JOIN dim source ON source.id = a.usage_source
  LEFT JOIN dim error ON error.id = a.error
  LEFT JOIN dim finish ON finish.id = a.finish
  LEFT JOIN dim raw ON raw.id = a.finish_raw
  LEFT JOIN dim model ON model.id = a.model
  LEFT JOIN dim variant ON variant.id = a.variant
  WHERE a.seq = ? ORDER BY a.position`

export function decodeLogRow(row: Row): LogRow {
  return {
    id: decodeId(row['id']),
    seq: readNumber(row, 'seq'),
    episodeId: decodeId(row['episode_id']),
    startedAt: readNumber(row, 'started_at'),
    functionName: readText(row, 'function_name'),
    variantName: readText(row, 'variant_name'),
    requestedModel: readText(row, 'requested_model_name'),
    model: readTextOrNull(row, 'model_name'),
    provider: readTextOrNull(row, 'provider_name'),
    stream: row['stream'] === 1,
    outcome: outcomeOf(row['outcome']),
    status: readNumber(row, 'status'),
    errorMessage: readTextOrNull(row, 'error_message'),
    inputTokens: readNumberOrNull(row, 'input_tokens'),
    outputTokens: readNumberOrNull(row, 'output_tokens'),
    costNano: readNumberOrNull(row, 'cost_nano'),
    latencyUs: readNumber(row, 'latency_us'),
    ttftUs: readNumberOrNull(row, 'ttft_us'),
    attempts: readNumber(row, 'attempts'),
    tags: tagsOf(readTextOrNull(row, 'tags')),
    inputPreview: readText(row, 'input_preview'),
    outputPreview: readText(row, 'output_preview'),
  }
}

/** A row, its attempts and its payload as one; a missing payload leaves its texts empty. */
export function decodeStored(
  row: Row,
  attempts: readonly Row[],
  payload: Payload | null,
): StoredInference {
  const log = decodeLogRow(row)
  return {
    ...log,
    record: decodeRecord(row, log, payload ?? NO_PAYLOAD),
    attemptRecords: attempts.map((attempt, index) =>
      decodeAttempt(attempt, payload?.attempts[index]),
    ),
    payload: payload === null ? 'missing' : 'present',
  }
}

const NO_PAYLOAD: Payload = {
  id: '',
  input: [],
  tools: null,
  params: null,
  output: [],
  warnings: [],
  raw_request: '',
  attempts: [],
}

function decodeRecord(row: Row, log: LogRow, payload: Payload): Omit<InferenceRecord, 'attempts'> {
  return {
    id: log.id,
    episodeId: log.episodeId,
    startedAt: log.startedAt,
    dialect: readText(row, 'dialect_name'),
    responseId: readTextOrNull(row, 'response_id'),
    functionName: log.functionName,
    variantName: log.variantName,
    requestedModel: log.requestedModel,
    model: log.model,
    stream: log.stream,
    outcome: log.outcome,
    status: log.status,
    error: errorOf(readTextOrNull(row, 'error_name')),
    errorMessage: log.errorMessage,
    latencyUs: log.latencyUs,
    overheadUs: readNumber(row, 'overhead_us'),
    ttftUs: log.ttftUs,
    finish: finishOf(readTextOrNull(row, 'finish_name')),
    usage: usageOf(row),
    costNano: log.costNano,
    tags: log.tags,
    warnings: payload.warnings,
    configHash: readText(row, 'config_name'),
    input: payload.input,
    tools: payload.tools,
    params: payload.params,
    native: payload.native ?? null,
    output: payload.output,
    rawRequest: payload.raw_request,
    inputPreview: log.inputPreview,
    outputPreview: log.outputPreview,
  }
}

function decodeAttempt(row: Row, texts: Payload['attempts'][number] | undefined): AttemptRecord {
  return {
    id: decodeId(row['id']),
    number: readNumber(row, 'number'),
    reason: oneOf(REASONS, readText(row, 'reason_name')) ?? 'first',
    provider: readText(row, 'provider_name'),
    providerType: readText(row, 'provider_type_name'),
    ...modelOf(row),
    cached: row['cached'] === 1,
    ...(texts?.input && { input: texts.input }),
    ...(texts?.output && { output: texts.output }),
    upstreamModel: readText(row, 'upstream_model_name'),
    url: readText(row, 'url_name'),
    status: readNumberOrNull(row, 'status'),
    error: errorOf(readTextOrNull(row, 'error_name')),
    errorMessage: readTextOrNull(row, 'error_message'),
    startedUs: readNumber(row, 'started_us'),
    headUs: readNumberOrNull(row, 'head_us'),
    ttftUs: readNumberOrNull(row, 'ttft_us'),
    endedUs: readNumber(row, 'ended_us'),
    bytesOut: readNumber(row, 'bytes_out'),
    bytesIn: readNumber(row, 'bytes_in'),
    reusedSocket: row['reused_socket'] === 1,
    staleRetry: row['stale_retry'] === 1,
    mayHaveBeenBilled: row['may_have_been_billed'] === 1,
    usage: usageOf(row),
    usageSource: oneOf(USAGE_SOURCES, readText(row, 'usage_source_name')) ?? 'unknown',
    costNano: readNumberOrNull(row, 'cost_nano'),
    costSource: costSourceOf(row['cost_source']),
    finish: finishOf(readTextOrNull(row, 'finish_name')),
    finishRaw: readTextOrNull(row, 'finish_raw_name'),
    rawRequest: texts?.raw_request ?? '',
    rawResponse: texts?.raw_response ?? '',
  }
}

/** Old rows do not say. */
function modelOf(row: Row): Pick<AttemptRecord, 'model' | 'variant'> {
  const model = readTextOrNull(row, 'model_name')
  const variant = readTextOrNull(row, 'variant_name')
  return { ...(model !== null && { model }), ...(variant !== null && { variant }) }
}

const REASONS: readonly AttemptReason[] = ['first', 'retry', 'fallback']
const USAGE_SOURCES: readonly UsageSource[] = ['provider', 'estimated', 'unknown']

function oneOf<T extends string>(known: readonly T[], text: string | null): T | undefined {
  return known.find((value) => value === text)
}

function finishOf(text: string | null): FinishReason | null {
  return text === null ? null : (finishReasonIn(text) ?? 'unknown')
}

function errorOf(text: string | null): ErrorCode | null {
  if (text === null) return null
  return isErrorCode(text) ? text : 'internal'
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_KINDS, text)
}

/** By its number, or where names are kept by its name. */
function outcomeOf(value: unknown): Outcome {
  const is = (outcome: Outcome) => OUTCOME_CODES[outcome] === value || outcome === value
  return OUTCOMES.find(is) ?? 'internal'
}

export function usageOf(row: Row): Usage | null {
  if (row['usage_told'] !== 1) return null
  return usageIn((column) => readNumberOrNull(row, column))
}

export function tagsOf(json: string | null): Record<string, string> {
  if (json === null) return {}
  const tags: unknown = JSON.parse(json)
  if (typeof tags !== 'object' || tags === null) return {}
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]))
}
