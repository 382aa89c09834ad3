import type { Block as DomainBlock } from '../../domain/chat.ts'
import type { LogFacts } from '../../domain/log-query-match.ts'
import type { AttemptRecord } from '../../domain/record.ts'
import { totalInput, totalOutput, type Usage as DomainUsage } from '../../domain/usage.ts'
import { inputPreview } from '../../engine/complete.ts'
import { previewOfAnswer } from '../../engine/preview.ts'
import type { Trace } from '../../engine/trace.ts'
import type {
  LogRow as StoredRow,
  Overview as StoredOverview,
  StoredInference,
} from '../../store/store.ts'
import { decodeDialect } from '../dialects.ts'
import type { Attempt, Block, InferenceDetail, LogRow, Overview, Usage } from './contract.ts'

const NANO = 1e9

/** A stored row as the browser is told it. */
export function presentRow(row: StoredRow): LogRow {
  return present(row, { state: 'done', attempts: row.attempts })
}

/** A request in memory, running or just ended, as the browser is told it. */
export function presentTrace(trace: Trace, nowUs: number): LogRow {
  return present(factsOf(trace, nowUs), {
    state: trace.outcome === null ? 'running' : 'done',
    attempts: trace.attempts.length,
  })
}

function present(facts: LogFacts, more: Pick<LogRow, 'state' | 'attempts'>): LogRow {
  return {
    ...more,
    id: facts.id,
    episode_id: facts.episodeId,
    started_at: new Date(facts.startedAt).toISOString(),
    outcome: facts.outcome,
    status: facts.status,
    function_name: facts.functionName,
    variant_name: facts.variantName,
    requested_model: facts.requestedModel,
    model: facts.model,
    provider: facts.provider,
    stream: facts.stream,
    input_preview: facts.inputPreview,
    output_preview: facts.outputPreview,
    error_message: facts.errorMessage,
    input_tokens: facts.inputTokens,
    output_tokens: facts.outputTokens,
    cost: dollars(facts.costNano),
    latency_ms: ms(facts.latencyUs),
    ttft_ms: ms(facts.ttftUs),
    tags: { ...facts.tags },
  }
}

/** What the query language may ask of a request in memory. */
export function factsOf(trace: Trace, nowUs: number): LogFacts {
  const { ask, model } = trace
  const ended = trace.outcome !== null
  return {
    id: trace.id,
    episodeId: trace.episodeId,
    startedAt: trace.startedAt,
    functionName: 'tensorzero::default',
    variantName: model ?? ask.requestedModel,
    requestedModel: ask.requestedModel,
    model,
    stream: ask.stream,
    outcome: trace.outcome,
    status: ended ? trace.status : null,
    errorMessage: trace.error?.message ?? null,
    latencyUs: (ended ? trace.endedUs : nowUs) - trace.startedUs,
    tags: trace.tags,
    inputPreview: inputPreviewOf(trace),
    outputPreview: ended ? previewOfAnswer(trace) : '',
    ...attemptFacts(trace),
  }
}

function attemptFacts({ last, startedUs }: Trace) {
  const usage = last?.usage ?? null
  return {
    provider: last?.target.name ?? null,
    inputTokens: usage && totalInput(usage),
    outputTokens: usage && totalOutput(usage),
    costNano: nanoOf(last?.reportedCost ?? null),
    ttftUs: last?.ttftUs === undefined ? null : last.ttftUs - startedUs,
  }
}

/** Bodies larger than this are not read on the main thread just to show a line of them. */
const MAX_PREVIEWED = 256 * 1024

function inputPreviewOf({ ask }: Trace): string {
  return ask.body.length > MAX_PREVIEWED ? '' : inputPreview(decodeDialect(ask.dialect, ask.json))
}

export function presentDetail(stored: StoredInference): InferenceDetail {
  const { record } = stored
  return {
    ...presentRow(stored),
    dialect: record.dialect,
    overhead_ms: ms(record.overheadUs),
    error_code: record.error,
    finish: record.finish,
    usage: presentUsage(record.usage),
    warnings: [...record.warnings],
    config_hash: record.configHash,
    payload: stored.payload,
    input: record.input.map(({ role, content }) => ({ role, content: content.map(presentBlock) })),
    tools: record.tools,
    params: record.params,
    output: record.output.map(presentBlock),
    raw_request: record.rawRequest,
    attempt_list: stored.attemptRecords.map(presentAttempt),
  }
}

function presentBlock(block: DomainBlock): Block {
  switch (block.type) {
    case 'file': {
      const { type, url, sourceUrl, mimeType, filename } = block
      return {
        type,
        url: sourceUrl ?? url,
        ...(mimeType !== undefined && { mime_type: mimeType }),
        ...(filename !== undefined && { filename }),
      }
    }
    case 'thought': {
      const { details: _details, summary, ...thought } = block
      return { ...thought, ...(summary && { summary: [...summary] }) }
    }
    case 'text': {
      const { type, text, citations = [] } = block
      const sources = citations.map(({ url = '', title = '', citedText = '' }) => ({
        url,
        title: title || citedText || url,
      }))
      return { type, text, ...(sources.length > 0 && { sources }) }
    }
    case 'tool_call': {
      const { type, id, name, arguments: text } = block
      return { type, id, name, arguments: text }
    }
    case 'tool_result': {
      const { type, id, name, result } = block
      return { type, id, name, result }
    }
    case 'unknown':
      return { type: 'unknown', data: block.data }
    case 'refusal':
      return block
  }
}

function presentAttempt(attempt: AttemptRecord): Attempt {
  return {
    id: attempt.id,
    number: attempt.number,
    reason: attempt.reason,
    provider: attempt.provider,
    provider_type: attempt.providerType,
    upstream_model: attempt.upstreamModel,
    url: attempt.url,
    status: attempt.status,
    error: attempt.error,
    error_message: attempt.errorMessage,
    started_ms: attempt.startedUs / 1000,
    head_ms: ms(attempt.headUs),
    ttft_ms: ms(attempt.ttftUs),
    ended_ms: attempt.endedUs / 1000,
    bytes_out: attempt.bytesOut,
    bytes_in: attempt.bytesIn,
    reused_socket: attempt.reusedSocket,
    stale_retry: attempt.staleRetry,
    may_have_been_billed: attempt.mayHaveBeenBilled,
    usage: presentUsage(attempt.usage),
    usage_source: attempt.usageSource,
    cost: dollars(attempt.costNano),
    finish: attempt.finish,
    finish_raw: attempt.finishRaw,
    raw_request: attempt.rawRequest,
    raw_response: attempt.rawResponse,
  }
}

function presentUsage(usage: DomainUsage | null): Usage | null {
  if (!usage) return null
  return {
    input: usage.input,
    cache_read: usage.cacheRead,
    cache_write: usage.cacheWrite,
    cache_write_1h: usage.cacheWrite1h,
    audio_input: usage.audioInput,
    image_input: usage.imageInput,
    output: usage.output,
    reasoning: usage.reasoning,
    audio_output: usage.audioOutput,
  }
}

export function presentOverview(overview: StoredOverview): Overview {
  return {
    bucket_ms: overview.bucketMs,
    buckets: overview.buckets.map((bucket) => ({
      started_at: new Date(bucket.startedAt).toISOString(),
      ...presentCounts(bucket),
    })),
    ...presentCounts(overview),
  }
}

function presentCounts(counts: Omit<StoredOverview, 'bucketMs' | 'buckets'>) {
  return {
    requests: counts.requests,
    errors: counts.errors,
    cost: counts.costNano / NANO,
    latency_p95_ms: ms(counts.latencyP95Us),
    ttft_p95_ms: ms(counts.ttftP95Us),
  }
}

function ms(us: number | null): number | null {
  return us === null ? null : us / 1000
}

function dollars(nano: number | null): number | null {
  return nano === null ? null : nano / NANO
}

function nanoOf(cost: number | null): number | null {
  return cost === null ? null : Math.round(cost * NANO)
}
