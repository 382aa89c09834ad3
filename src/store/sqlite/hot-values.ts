import type { SQLInputValue } from 'node:sqlite'
import type { AttemptRecord, InferenceRecord } from '../../domain/record.ts'
import { totalInput, totalOutput } from '../../domain/usage.ts'
import { COST_SOURCE_CODES } from './cost-source.ts'
import { usageValues } from '../usage-columns.ts'
import { OUTCOME_CODES } from './hot-schema.ts'
import type { Place } from './payload-files.ts'
import { whole, wholeOrNull } from '../row.ts'
import { encodeId } from './values.ts'

/** Kinds of names in `dim`. */
export type DimKind =
  | 'dialect'
  | 'examples'
  | 'function'
  | 'variant'
  | 'namespace'
  | 'model'
  | 'provider'
  | 'provider_type'
  | 'error'
  | 'finish'
  | 'config'
  | 'metric'
  | 'dataset'
  | 'reason'
  | 'url'
  | 'usage_source'

/** The number of a name. */
export type Intern = (kind: DimKind, name: string) => number

export type Values = Record<string, SQLInputValue>

/** The columns of one inference, by name. */
export function inferenceValues(
  record: InferenceRecord,
  at: { seq: number; place: Place },
  intern: Intern,
): Values {
  const tags = Object.keys(record.tags).length === 0 ? null : JSON.stringify(record.tags)
  return {
    seq: at.seq,
    id: encodeId(record.id),
    started_at: whole(record.startedAt),
    episode_id: encodeId(record.episodeId),
    dialect: intern('dialect', record.dialect),
    response_id: record.responseId ?? null,
    function: intern('function', record.functionName),
    variant: intern('variant', record.variantName),
    requested_model: intern('model', record.requestedModel),
    model: internOrNull(intern, 'model', record.model),
    provider: internOrNull(intern, 'provider', record.attempts.at(-1)?.provider ?? null),
    stream: Number(record.stream),
    outcome: OUTCOME_CODES[record.outcome],
    status: whole(record.status),
    error: internOrNull(intern, 'error', record.error),
    error_message: record.errorMessage,
    latency_us: whole(record.latencyUs),
    overhead_us: whole(record.overheadUs),
    ttft_us: wholeOrNull(record.ttftUs),
    finish: internOrNull(intern, 'finish', record.finish),
    usage_told: record.usage === null ? 0 : 1,
    ...usageValues(record.usage),
    input_tokens: record.usage === null ? null : wholeOrNull(totalInput(record.usage)),
    output_tokens: record.usage === null ? null : wholeOrNull(totalOutput(record.usage)),
    cost_nano: wholeOrNull(record.costNano),
    config_hash: intern('config', record.configHash),
    attempts: record.attempts.length,
    tags,
    input_preview: record.inputPreview,
    output_preview: record.outputPreview,
    part: at.place.part,
    segment: at.place.segment,
    segment_index: at.place.index,
  }
}

/** The columns of one attempt, by name. */
export function attemptValues(
  attempt: AttemptRecord,
  at: { seq: number; position: number },
  intern: Intern,
): Values {
  return {
    seq: at.seq,
    position: at.position,
    id: encodeId(attempt.id),
    number: whole(attempt.number),
    reason: intern('reason', attempt.reason),
    provider: intern('provider', attempt.provider),
    provider_type: intern('provider_type', attempt.providerType),
    model: internOrNull(intern, 'model', attempt.model ?? null),
    variant: internOrNull(intern, 'variant', attempt.variant ?? null),
    cached: Number(attempt.cached ?? false),
    upstream_model: intern('model', attempt.upstreamModel),
    url: intern('url', attempt.url),
    status: wholeOrNull(attempt.status),
    error: internOrNull(intern, 'error', attempt.error),
    error_message: attempt.errorMessage,
    started_us: whole(attempt.startedUs),
    head_us: wholeOrNull(attempt.headUs),
    ttft_us: wholeOrNull(attempt.ttftUs),
    ended_us: whole(attempt.endedUs),
    bytes_out: whole(attempt.bytesOut),
    bytes_in: whole(attempt.bytesIn),
    reused_socket: Number(attempt.reusedSocket),
    stale_retry: Number(attempt.staleRetry),
    may_have_been_billed: Number(attempt.mayHaveBeenBilled),
    usage_told: attempt.usage === null ? 0 : 1,
    ...usageValues(attempt.usage),
    usage_source: intern('usage_source', attempt.usageSource),
    cost_nano: wholeOrNull(attempt.costNano),
    cost_source: attempt.costSource ? COST_SOURCE_CODES[attempt.costSource] : null,
    finish: internOrNull(intern, 'finish', attempt.finish),
    finish_raw: internOrNull(intern, 'finish', attempt.finishRaw),
  }
}

function internOrNull(intern: Intern, kind: DimKind, name: string | null): number | null {
  return name === null ? null : intern(kind, name)
}
